"""The report of a group's audit: its first line, its drafted conclusion, its plan, its PDF."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from vigie.exports.card import Level, Weakness
from vigie.exports.groupaudit import Audited, Followed, Item, Report, Run, plan_csv, report_pdf, sheet
from vigie.exports.groupaudit.sheet import OUTCOMES

NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
DAY = timedelta(days=1)
LEVEL = Level(34, 41, "D", 22, 25, "exposure-2026-11-01")


def weakness(number: int, **changes) -> Weakness:
    told = {
        "finding": number,
        "kind": "product",
        "subject": "pulsesecure:pulse_connect_secure",
        "version": "9.1R11.3",
        "fixed_version": "9.1R11.4",
        "vulnerabilities": 4,
        "severity": "critical",
        "exploited": True,
        "where": "vpn.valmorne.example:443",
        "since": NOW - 20 * DAY,
        "deadline": NOW - 3 * DAY,
    }
    return Weakness(**(told | changes))


def item(number: int, **changes) -> Item:
    own = {key: changes.pop(key) for key in list(changes) if key in Weakness.__dataclass_fields__}
    told = {
        "weakness": weakness(number, **own),
        "finess": "000000018",
        "establishment": "Centre hospitalier de Valmorne",
        "nature": "product",
        "state": "open",
        "ended_at": None,
        "points": 12,
        "owner": "",
        "on": None,
        "constraint": "",
    }
    return Item(**(told | changes))


CHECK = {"kind": "check", "exploited": False, "vulnerabilities": 0, "version": "", "fixed_version": ""}
ITEMS = (
    item(1, owner="Équipe réseau", on=date(2026, 12, 5), constraint="always_on"),
    item(2, subject="openbsd:openssh", version="9.2p1", fixed_version="9.9p2", severity="high", exploited=False,
         deadline=NOW + 12 * DAY, points=3, finess="000000026", establishment="Clinique de Brésange"),
    item(3, **CHECK, subject="http-no-hsts", severity="medium", nature="encryption-and-sign-in",
         deadline=NOW + 40 * DAY, points=None, where="portail.bresange.example:443"),
    item(4, **CHECK, subject="dicom-exposed", severity="high", nature="health-protocols", points=5,
         state="closed", ended_at=NOW - 2 * DAY, where="203.0.113.17:104"),
)  # fmt: skip


def report(**changes) -> Report:
    told = {
        "number": 12,
        "state": "followed",
        "group_kind": "ght",
        "group": "GHT de la Valombre",
        "code": "VA-01",
        "region": "Valombre",
        "moment": NOW,
        "signatory": "Directrice Exemple",
        "agreed_on": date(2026, 9, 1),
        "agreement": "Convention 2026-12",
        "started_at": NOW - 40 * DAY,
        "runs": (Run(NOW - 40 * DAY, True, 212, 1), Run(NOW - 33 * DAY, True, 208, 1)),
        "perimeter": (
            Audited("000000018", "Centre hospitalier de Valmorne", ("valmorne.example", "203.0.113.0/28"), True, LEVEL),
            Audited("000000026", "Clinique de Brésange", ("bresange.example",), True, replace(LEVEL, letter="C")),
            Audited("000000034", "Centre hospitalier d’Ostreval", (), False, None),
        ),
        "level": LEVEL,
        "items": ITEMS,
        "rejected": 2,
        "to_review": 0,
        "conclusion": "",
        "restituted_on": date(2026, 10, 20),
        "attendance": ("Directrice Exemple", "Aline Exemple, responsable de la sécurité"),
        "follow_ups": (
            Followed(30, date(2026, 11, 19), False, True, (("still_there", 3), ("verified", 1))),
            Followed(90, date(2027, 1, 18), False, False, None),
            Followed(180, date(2027, 4, 18), False, False, None),
        ),
        "end_reason": "",
    }
    return Report(**(told | changes))


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        pytest.param({}, "Attackers use one confirmed weakness today, out of 4.", id="exploited"),
        pytest.param({"items": ITEMS[1:]}, "3 weaknesses confirmed, in 2 of 3 establishments.", id="found"),
        pytest.param({"items": ()}, "No weakness confirmed among what answered.", id="nothing"),
        pytest.param({"to_review": 5}, "5 findings are still to be judged, out of 11.", id="under-review"),
        pytest.param(
            {"state": "prepared", "items": ()},
            "This audit is prepared; nothing is looked at before the group agrees.",
            id="prepared",
        ),
        pytest.param(
            {"state": "abandoned", "end_reason": "Too early."}, "This audit was abandoned: Too early.", id="abandoned"
        ),
    ],
)
def test_the_first_line_answers(changes, answer):
    assert sheet(report(**changes), "en").answer.replace("\u00a0", " ") == answer


def test_the_conclusion_is_drafted_from_the_facts_until_the_analyst_writes_one():
    drafted = sheet(report(), "en")
    told = " ".join(drafted.conclusion).replace("\u00a0", " ")
    assert "The exposure found for the group is D." in told
    assert "1 at C, 1 at D, 1 whose level is not established" in told
    assert "2 of 3 were looked at; the others had no mandate and stay unknown." in told
    assert "exposed products with published vulnerabilities (2 in 2 establishments)" in told
    assert "1 weakness is past" in told or "One weakness is past its deadline already." in told
    assert drafted.drafted
    written = sheet(report(conclusion="Reactivity is poor.\n\nBegin with the gateways."), "en")
    assert (written.conclusion, written.drafted) == (("Reactivity is poor.", "Begin with the gateways."), "")


def test_what_is_not_known_is_never_a_nought():
    told = sheet(report(), "en")
    unlooked = next(row for row in told.perimeter.rows if "Ostreval" in row.cells[0])
    assert unlooked.cells[2:] == ("no mandate: not looked at", "0", "–")
    due = next(row for row in told.follow_ups.rows if "90" in row.cells[0])
    assert due.cells[1:] == ("–",) * len(OUTCOMES)
    assert [task.gain for part in told.technical for task in part.tasks][-1] == "not computed yet"


def test_the_plan_says_who_when_under_which_constraint_and_that_it_is_late():
    task = sheet(report(), "en").technical[0].tasks[0]
    assert task.planned.replace("\u00a0", " ") == (
        "planned for 5 December 2026, by Équipe réseau, after the deadline, in use day and night"
    )
    assert task.due.startswith("deadline past")


def test_what_was_mended_since_says_so_and_counts():
    told = sheet(report(), "en")
    high = next(row for row in told.severities.rows if row.slug == "high")
    assert high.cells == ("high", "2", "1", "1")
    assert [task.state for part in told.technical for task in part.tasks if not task.is_left] == [
        "mended and verified on 21\u00a0November 2026"
    ]


def test_the_table_keeps_empty_what_is_not_known():
    rows = list(csv.DictReader(io.StringIO(plan_csv(report()).removeprefix("\ufeff")), delimiter=";"))
    assert [row["order"] for row in rows] == ["1", "2", "3", "4"]
    assert (rows[2]["gain_points"], rows[2]["planned_on"], rows[0]["planned_on"]) == ("", "", "2026-12-05")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_both_languages_say_the_same_things(language):
    told = sheet(report(), language)
    assert len(told.technical) == 3
    assert all(told.conclusion)


def test_the_pdf_is_archival_tagged_and_its_summary_holds_in_one_page():
    pytest.importorskip("typst")
    many = tuple(replace(one, weakness=replace(one.weakness, finding=n)) for n in range(40) for one in ITEMS)
    document = report_pdf(report(items=many), "fr", now=NOW)
    assert document.startswith(b"%PDF-1.7")
    assert b"/MarkInfo" in document
    assert report_pdf(report(items=many), "fr", now=NOW) == document
