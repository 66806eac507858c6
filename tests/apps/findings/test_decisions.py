"""What people decide about a finding, who may, until when, and what stays written."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.factories import FindingFactory, MandateFactory, UserFactory
from vigie.apps.audit.models import Event
from vigie.apps.findings import decisions, planning, queries
from vigie.apps.findings.models import Finding, Measure
from vigie.apps.findings.refusals import Incomplete, NotFromHere, SamePerson
from vigie.apps.findings.tasks import expire
from vigie.apps.jobs.models import Job
from vigie.apps.observatory.reading import open_findings as weighing

DAY = timedelta(days=1)
ALINE, BRUNO = "user:1 aline@vigie.example", "user:2 bruno@vigie.example"


@pytest.fixture
def finding(db, now) -> Finding:
    return FindingFactory(service__address="127.62.9.1", service__port=21, deadline=now + 10 * DAY)


def kinds(finding: Finding) -> list[str]:
    return list(finding.events.order_by("pk").values_list("kind", flat=True))


def again(finding: Finding) -> Finding:
    return Finding.objects.get(pk=finding.pk)


def accept(finding, now, **changes) -> None:
    asked = {"reason": "the vendor mends it in March", "measures": ["filtered to the vendor"], "until": now + 90 * DAY}
    decisions.accept_risk(finding=finding, by=ALINE, now=now, **(asked | changes))


def test_an_acknowledged_finding_is_still_somebodys_work(finding, now):
    decisions.acknowledge(finding=finding, by=ALINE, now=now)
    assert again(finding).state == "acknowledged"
    assert Finding.objects.standing().get() == finding
    assert (finding.events.get().by, Event.objects.get().kind) == (ALINE, "finding-acknowledge")


def test_what_was_decided_already_is_refused_in_words(finding, now):
    decisions.acknowledge(finding=finding, by=ALINE, now=now)
    with pytest.raises(NotFromHere, match="acknowledged"):
        decisions.acknowledge(finding=finding, by=BRUNO, now=now)
    assert kinds(finding) == ["acknowledged"]


def test_a_declared_fix_stands_when_no_look_can_be_made(finding, now):
    asked, why = decisions.declare_fix(finding=finding, by=ALINE, now=now)
    assert asked is None
    assert "No mandate" in why
    assert (again(finding).state, again(finding).fix_declared_at) == ("fix_declared", now)
    assert Finding.objects.standing().exists()


def test_a_declared_fix_asks_for_a_look_ahead_of_the_rounds(finding, now):
    MandateFactory(establishment=finding.establishment)
    asked, why = decisions.declare_fix(finding=finding, by=ALINE, now=now, words="upgraded")
    assert (asked.campaign.only_address, asked.campaign.ports, why) == (finding.address, [21], "")
    assert Job.objects.get(path__endswith="run_shard").priority > 0
    assert kinds(finding) == ["fix_declared", "retest_asked"]
    assert finding.events.first().words == "upgraded"


def test_a_false_positive_leaves_the_work_and_the_level_until_its_day(finding, now):
    decisions.mark_false_positive(finding=finding, reason="a honeypot", until=now + 30 * DAY, by=ALINE, now=now)
    assert not Finding.objects.standing().exists()
    assert weighing([finding.establishment_id], now) == {}
    assert decisions.expire(now=now + 29 * DAY) == 0
    assert decisions.expire(now=now + 30 * DAY) == 1
    back = again(finding)
    assert (back.state, back.until, back.closed_at, back.first_seen) == ("open", None, None, finding.first_seen)
    assert kinds(finding) == ["false_positive", "expired"]
    assert decisions.expire(now=now + 31 * DAY) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"reason": "  "}, "reason", id="no-reason"),
        pytest.param({"measures": ["", " "]}, "measures", id="no-measure"),
        pytest.param({"until": timedelta(0)}, "until", id="already-over"),
        pytest.param({"until": timedelta(days=365, seconds=1)}, "until", id="more-than-a-year"),
    ],
)
def test_an_accepted_risk_needs_its_reason_its_measure_and_its_end(finding, now, changes, field):
    if "until" in changes:
        changes = {"until": now + changes["until"]}
    with pytest.raises(Incomplete) as refused:
        accept(finding, now, **changes)
    assert refused.value.field == field
    assert (again(finding).state, kinds(finding), Event.objects.count()) == ("open", [], 0)


def test_an_accepted_risk_weighs_until_its_measures_are_verified_by_another(finding, now):
    accept(finding, now, measures=["filtered", "filtered", "watched"])
    here = finding.establishment_id
    assert not Finding.objects.standing().exists()
    assert len(weighing([here], now)[here]) == 1
    filtered, watched = Measure.objects.order_by("pk")
    with pytest.raises(SamePerson):
        planning.verify_measure(measure=filtered, proof="seen", by=ALINE, now=now)
    with pytest.raises(Incomplete):
        planning.verify_measure(measure=filtered, proof=" ", by=BRUNO, now=now)
    planning.verify_measure(measure=filtered, proof="rule 12 of the firewall", by=BRUNO, now=now)
    assert len(weighing([here], now)[here]) == 1
    planning.verify_measure(measure=watched, proof="the alert of Monday", by=BRUNO, now=now)
    assert weighing([here], now) == {}
    with pytest.raises(NotFromHere):
        planning.verify_measure(measure=watched, proof="again", by=BRUNO, now=now)


def test_an_acceptance_that_ends_wants_its_measures_verified_again(finding, now):
    accept(finding, now)
    planning.verify_measure(measure=Measure.objects.get(), proof="seen", by=BRUNO, now=now)
    decisions.expire(now=now + 90 * DAY)
    accept(again(finding), now + 91 * DAY, measures=["filtered to the vendor"], until=now + 100 * DAY)
    assert Measure.objects.get().verified_at is None
    assert "measure_verified" in kinds(finding)


def test_the_database_refuses_a_measure_verified_by_who_recorded_it(finding, now):
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.create(
            finding=finding, text="x", recorded_at=now, recorded_by=ALINE, verified_at=now, verified_by=ALINE, proof="y"
        )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"state": "closed"}, id="closed-without-a-date"),
        pytest.param({"state": "fix_declared"}, id="declared-without-a-date"),
        pytest.param(
            {"state": "acknowledged", "closed_at": "now", "close_reason": "check_passed"}, id="dated-standing"
        ),
        pytest.param({"state": "risk_accepted", "closed_at": "now", "close_reason": "risk_accepted"}, id="without-end"),
    ],
)
def test_the_database_refuses_a_state_without_what_it_needs(finding, now, changes):
    changes = {name: now if value == "now" else value for name, value in changes.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(**changes)


def test_retired_equipment_is_out_and_a_person_can_bring_it_back(finding, now):
    decisions.retire_asset(finding=finding, reason="sold", by=ALINE, now=now)
    assert (again(finding).state, again(finding).close_reason) == ("asset_retired", "asset_retired")
    decisions.reopen(finding=again(finding), reason="it came back", by=BRUNO, now=now + DAY)
    back = again(finding)
    assert (back.state, back.reopened, back.first_seen, back.deadline) == (
        "open",
        1,
        finding.first_seen,
        finding.deadline,
    )
    assert [event.words for event in finding.events.order_by("pk")] == ["sold", "it came back"]


@pytest.mark.parametrize("verb", ["retire_asset", "reopen"])
def test_a_decision_that_ends_or_reopens_has_a_reason(finding, now, verb):
    if verb == "reopen":
        decisions.retire_asset(finding=finding, reason="sold", by=ALINE, now=now)
    with pytest.raises(Incomplete):
        getattr(decisions, verb)(finding=again(finding), reason="", by=ALINE, now=now)


def test_the_past_is_told_from_the_decisions(finding, now):
    accept(finding, now)
    planning.note(finding=finding, words="a call with the vendor", by=ALINE, now=now + DAY)
    decisions.expire(now=now + 90 * DAY)
    assert [queries.open_at(now + days * DAY).exists() for days in (-1, 0, 2, 89, 90)] == [
        True,
        False,
        False,
        False,
        True,
    ]


def test_a_plan_never_moves_the_deadline(finding, now):
    made = planning.plan(
        finding=finding,
        owner="The vendor",
        on=date(2027, 3, 1),
        window="Sunday 02:00-04:00",
        constraint="vendor_managed",
        measures=["filtered to the vendor"],
        by=ALINE,
        now=now,
    )
    assert again(finding).deadline == finding.deadline
    assert made.is_after_deadline
    assert Measure.objects.get().text == "filtered to the vendor"
    planning.plan(finding=finding, owner="Aline", on=now.date(), by=ALINE, now=now + timedelta(hours=1))
    assert queries.plan_of(finding).owner == "Aline"
    assert finding.plans.count() == 2


def test_a_measure_asked_twice_is_one(finding, now):
    shown = decisions.measures_shown(finding)[:1] * 2
    assert shown
    planning.plan(finding=finding, owner="Aline", on=now.date(), shown=shown, measures=["x", "x "], by=ALINE, now=now)
    assert sorted(Measure.objects.values_list("kind", "text")) == sorted([(shown[0], ""), ("", "x")])


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        pytest.param({"owner": " ", "on": date(2027, 1, 1)}, "owner", id="nobody"),
        pytest.param({"owner": "Aline", "on": date(2026, 11, 22)}, "on", id="yesterday"),
    ],
)
def test_a_plan_has_somebody_and_a_day_to_come(finding, now, asked, field):
    with pytest.raises(Incomplete) as refused:
        planning.plan(finding=finding, by=ALINE, now=now, **asked)
    assert refused.value.field == field


def test_an_unknown_constraint_is_refused(finding, now):
    with pytest.raises(ValueError, match="not a valid"):
        planning.plan(finding=finding, owner="A", on=now.date(), constraint="monday", by=ALINE, now=now)


def test_what_ended_cannot_be_planned(finding, now):
    decisions.retire_asset(finding=finding, reason="sold", by=ALINE, now=now)
    with pytest.raises(NotFromHere):
        planning.plan(finding=finding, owner="A", on=now.date(), by=ALINE, now=now)


def test_assignments_and_notes_are_in_the_history(finding, now):
    aline = UserFactory(name="Aline")
    planning.assign(finding=finding, to=aline, by=BRUNO, now=now)
    planning.note(finding=finding, words=" <b>waiting</b> ", by=BRUNO, now=now)
    planning.assign(finding=finding, to=None, by=BRUNO, now=now)
    assert again(finding).assigned_to is None
    assert [event.words for event in finding.events.order_by("pk")] == ["Aline", "<b>waiting</b>", ""]
    with pytest.raises(Incomplete):
        planning.note(finding=finding, words="\n", by=BRUNO, now=now)


def test_both_delays_are_told_the_declared_and_the_verified(finding, now):
    decisions.declare_fix(finding=finding, by=ALINE, now=now)
    told = queries.sla(again(finding))
    assert (told.declared, told.verified) == (now - finding.first_seen, None)
    Finding.objects.filter(pk=finding.pk).update(
        state="closed", closed_at=finding.deadline + DAY, close_reason="check_passed"
    )
    told = queries.sla(again(finding))
    assert (told.verified, told.declared_late, told.verified_late) == (
        finding.deadline + DAY - finding.first_seen,
        False,
        True,
    )


def test_the_calendar_calls_the_expiry(finding, now):
    assert expire.func() == 0
