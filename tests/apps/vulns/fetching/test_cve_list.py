"""The releases of the CVE list, as GitHub answers them."""

import io
import json
import zipfile
from datetime import datetime, timedelta

import pytest

from tests.channels.feed_server import answer
from tests.sources import advisory_files
from vigie.apps.vulns.models import Feed, Vulnerability

pytestmark = pytest.mark.django_db

RELEASES = "https://github.com/CVEProject/cvelistV5/releases/download"
ASSETS = "https://release-assets.githubusercontent.com"


def packed(**records):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, record in records.items():
            archive.writestr(f"cves/2099/{name}.json", json.dumps(record))
    return content.getvalue()


def record(number, **more):
    return advisory_files.cve5(f"CVE-2099-{number:04d}", **more)


def midnight(day, *numbers):
    """All records, an archive within an archive."""
    inner = packed(**{f"CVE-2099-{number:04d}": record(number) for number in numbers})
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("cves.zip", inner)
    return f"{RELEASES}/cve_{day}_0000Z/{day}_all_CVEs_at_midnight.zip.zip", content.getvalue()


def end_of_day(day, **records):
    return f"{RELEASES}/cve_{day}_at_end_of_day/{day}_delta_CVEs_at_end_of_day.zip", packed(**records)


def hour(moment, **records):
    url = f"{RELEASES}/cve_{moment:%Y-%m-%d_%H}00Z/{moment:%Y-%m-%d}_delta_CVEs_at_{moment:%H}00Z.zip"
    return url, packed(**records)


@pytest.fixture
def morning(now):
    return now.replace(hour=9, minute=20)


def known():
    return set(Vulnerability.objects.filter(cve__startswith="CVE-2099").values_list("cve", flat=True))


def names(published):
    return [asked.rsplit("/", 1)[-1] for asked in published.asked]


def test_all_records_come_first_then_the_changes_of_today(published, fetch, morning):
    published.put(*midnight(morning.date(), 1, 2))
    published.put(*hour(morning, extra=record(3)))
    report = fetch("cve5", morning)
    assert (report.state, report.new, known()) == ("read", 3, {"CVE-2099-0001", "CVE-2099-0002", "CVE-2099-0003"})
    assert Feed.objects.get(slug="cve5").records == 3


def test_the_next_round_asks_for_the_changes_alone(published, fetch, morning):
    published.put(*midnight(morning.date(), 1))
    published.put(*hour(morning, one=record(2)))
    fetch("cve5", morning)
    published.asked.clear()
    later = morning + timedelta(hours=1)
    published.put(*hour(later, one=record(2), two=record(3)))
    report = fetch("cve5", later)
    assert (report.new, names(published)) == (1, [f"{later:%Y-%m-%d}_delta_CVEs_at_1000Z.zip"])


def test_an_hour_that_is_not_published_yet_is_the_one_before(published, fetch, morning):
    published.put(*midnight(morning.date(), 1))
    published.put(*hour(morning - timedelta(hours=2), one=record(2)))
    assert fetch("cve5", morning).new == 2


def test_missed_days_are_caught_up_one_by_one(published, fetch, morning):
    published.put(*midnight(morning.date(), 1))
    fetch("cve5", morning)
    published.asked.clear()
    later = morning + timedelta(days=3)
    for ago in (3, 2, 1):
        day = (later - timedelta(days=ago)).date()
        published.put(*end_of_day(day, **{f"r{ago}": record(10 + ago)}))
    published.put(*hour(later, now=record(20)))
    assert fetch("cve5", later).new == 4
    assert not any("all_CVEs" in name for name in names(published))


def test_a_silence_of_weeks_asks_for_all_records_again(published, fetch, morning):
    published.put(*midnight(morning.date(), 1))
    fetch("cve5", morning)
    later = morning + timedelta(days=15)
    published.put(*midnight(later.date(), 1, 2))
    assert fetch("cve5", later).new == 1
    assert known() == {"CVE-2099-0001", "CVE-2099-0002"}


def test_a_day_that_cannot_be_had_asks_for_all_records_again(published, fetch, morning):
    published.put(*midnight(morning.date(), 1))
    fetch("cve5", morning)
    later = morning + timedelta(days=3)
    published.put(*midnight(later.date(), 1, 2, 3))
    assert fetch("cve5", later).new == 2


def test_just_after_midnight_the_evening_stands_for_the_day(published, fetch, now):
    evening = now.replace(hour=23, minute=30)
    published.put(*midnight(evening.date(), 1))
    fetch("cve5", evening)
    published.put(*hour(evening, late=record(2)))
    after = evening + timedelta(hours=1)
    assert (fetch("cve5", after).state, known()) == ("read", {"CVE-2099-0001", "CVE-2099-0002"})


def test_a_release_is_followed_to_where_github_keeps_it_and_nowhere_else(published, fetch, morning):
    url, content = midnight(morning.date(), 1)
    published.fail(url, answer(302, b"", Location=f"{ASSETS}/x?token=1"))
    published.put(f"{ASSETS}/x?token=1", content)
    assert fetch("cve5", morning).new == 1
    Feed.objects.all().delete()
    published.fail(url, answer(302, b"", Location="https://10.0.0.8/x"))
    report = fetch("cve5", morning)
    assert (report.state, "10.0.0.8 is not one of the listed hosts" in report.error) == ("failed", True)


def test_a_record_that_is_rejected_later_in_the_day_loses_its_verdicts(published, fetch, morning):
    from vigie.apps.vulns import actions
    from vigie.apps.vulns.models import PairMatch, VulnerabilityChange
    from vigie.engine.facts import Identity

    pair = actions.intern(Identity("valmed", "portal", "1.5"))
    published.put(*midnight(morning.date(), 1))
    assert fetch("cve5", morning).verdicts_begun == 1
    later = morning + timedelta(hours=1)
    published.put(*hour(later, one=record(1, state="REJECTED")))
    report = fetch("cve5", later)
    assert (report.rejected, report.verdicts_ended) == (1, 1)
    (match,) = PairMatch.objects.filter(pair=pair)
    assert (match.verdict, match.since, match.ended_at) == ("affected", morning, later)
    told = VulnerabilityChange.objects.filter(vulnerability__cve="CVE-2099-0001", at=later)
    assert {change.kind for change in told} == {"rejected", "withdrawn"}


def test_a_record_that_changes_changes_its_matches_and_keeps_the_former_ones(published, fetch, morning):
    from vigie.apps.vulns import actions
    from vigie.apps.vulns.models import PairMatch
    from vigie.engine.facts import Identity

    pair = actions.intern(Identity("valmed", "portal", "2.5"))
    published.put(*midnight(morning.date(), 1))
    fetch("cve5", morning)
    wider = advisory_files.product(advisory_files.version("1.0", lessThan="3.0"))
    published.put(*hour(morning + timedelta(hours=1), one=advisory_files.cve5("CVE-2099-0001", wider)))
    fetch("cve5", morning + timedelta(hours=1))
    told = PairMatch.objects.filter(pair=pair).order_by("pk").values_list("verdict", "ended_at")
    assert list(told) == [("fixed", morning + timedelta(hours=1)), ("affected", None)]


def test_old_files_are_dropped_and_the_folder_is_a_mirror(published, fetch, morning, tmp_path):
    published.put(*midnight(morning.date(), 1))
    published.put(*hour(morning, one=record(2)))
    fetch("cve5", morning)
    later = morning + timedelta(hours=1)
    published.put(*hour(later, one=record(2)))
    fetch("cve5", later)
    kept = sorted(file.name for file in (tmp_path / "feeds" / "cve5").glob("*.zip"))
    day = f"{morning:%Y-%m-%d}"
    assert kept == [f"{day}_all_CVEs_at_midnight.zip.zip", f"{day}_delta_CVEs_at_1000Z.zip"]


def test_a_cut_archive_is_asked_whole_again(published, fetch, morning: datetime):
    url, content = midnight(morning.date(), 1, 2)
    published.put(url, content[: len(content) // 2])
    report = fetch("cve5", morning)
    assert (report.state, "cut or damaged" in report.error) == ("failed", True)
    published.put(url, content)
    assert fetch("cve5", morning).new == 2
