"""What changes in a finding is told once to the contacts of its establishment, and their answers come back."""

from datetime import timedelta

import pytest

from tests.apps.notices.world import Drawer, contact
from tests.factories import CampaignFactory, EstablishmentFactory, FindingFactory, ShardFactory
from vigie.apps.findings import telling
from vigie.apps.findings.models import Finding, FindingEvent
from vigie.apps.jobs.models import Job
from vigie.apps.notices import actions as notices
from vigie.apps.notices import queries
from vigie.apps.notices.models import Alert, AlertItem, Notice
from vigie.apps.registry.models import Establishment
from vigie.apps.scans.models import Look

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def one(now):
    found = EstablishmentFactory()
    contact(found, "officer", now)
    return found


def weak(one, now, *, urgent=True, look=None, **more):
    marks = {"exploited": True, "priority": "now", "severity": "critical"} if urgent else {"priority": "month"}
    finding = FindingFactory(establishment=one, first_seen=now, last_confirmed=now, **(marks | more))
    happened(finding, "detected", now, look=look)
    return finding


def happened(finding, kind, at, **more):
    FindingEvent.objects.create(finding=finding, kind=kind, at=at, by="test", **more)


def tell(one, now):
    return telling.tell(establishment_id=one.pk, now=now)


def test_many_lines_of_history_ask_for_one_job(one, now):
    for _ in range(3):
        weak(one, now)
    jobs = Job.objects.filter(path=telling.TELL)
    assert [job.arguments["kwargs"] for job in jobs] == [{"establishment_id": one.pk}]


def test_a_new_finding_is_told_once_under_its_campaign(one, now):
    shard = ShardFactory(establishment=one, campaign=CampaignFactory(name="Look of the night"))
    look = Look.objects.create(shard=shard, address="127.61.0.9", started_at=now, ended_at=now, reached=True)
    weak(one, now, look=look)
    tell(one, now)
    assert tell(one, now + HOUR) == 0
    assert Drawer().deliver(now + HOUR).sent == 1
    assert [row.label for row in queries.funnel(Establishment.objects.all())] == ["Look of the night"]


@pytest.mark.parametrize(
    ("marks", "urgent"),
    [
        pytest.param({"exploited": True, "priority": "now"}, True, id="attackers-use-it-and-it-is-exposed"),
        pytest.param({"exploited": True, "priority": "week"}, False, id="used-but-out-of-their-reach"),
        pytest.param({"exploited": False, "priority": "now"}, False, id="likely-but-not-used"),
    ],
)
def test_what_is_urgent_is_what_attackers_use_within_their_reach(one, now, marks, urgent):
    weak(one, now, **marks)
    tell(one, now)
    assert Alert.objects.get().urgent is urgent


def test_what_becomes_exploited_is_told_again_as_urgent(one, now):
    finding = weak(one, now, urgent=False)
    tell(one, now)
    Finding.objects.filter(pk=finding.pk).update(exploited=True, priority="now")
    tell(one, now + HOUR)
    tell(one, now + 2 * HOUR)
    assert sorted(AlertItem.objects.values_list("urgent", flat=True)) == [False, True]


def test_what_reopens_is_told_again(one, now):
    finding = weak(one, now)
    tell(one, now)
    Finding.objects.filter(pk=finding.pk).update(state="closed", closed_at=now, close_reason="check_passed")
    tell(one, now)
    Finding.objects.filter(pk=finding.pk).update(state="open", closed_at=None, close_reason="")
    happened(finding, "reopened", now + HOUR)
    tell(one, now + HOUR)
    assert list(AlertItem.objects.order_by("pk").values_list("opening", "stage")) == [(1, "verified"), (2, "told")]


def test_a_proof_ends_the_alert_and_the_messages_that_have_not_left(one, now):
    finding = weak(one, now)
    tell(one, now)
    Finding.objects.filter(pk=finding.pk).update(state="closed", closed_at=now, close_reason="check_passed")
    tell(one, now + HOUR)
    assert Alert.objects.get().ended_at == now + HOUR
    assert Notice.objects.get().state == "cancelled"
    (row,) = queries.funnel(Establishment.objects.all())
    assert (row.things, row.sent, row.verified) == (1, 0, 1)


def test_the_button_of_a_message_acknowledges_the_findings(one, now):
    finding = weak(one, now)
    tell(one, now)
    drawer = Drawer()
    drawer.deliver(now)
    notices.acknowledge(notice=drawer.kept[0], by="contact:1", now=now + HOUR)
    finding.refresh_from_db()
    assert finding.state == "acknowledged"
    assert finding.events.latest("pk").by == "contact:1"


def test_acknowledging_the_findings_on_their_page_ends_the_escalation(one, now):
    weak(one, now)
    tell(one, now)
    Drawer().deliver(now)
    Finding.objects.update(state="acknowledged")
    tell(one, now + HOUR)
    assert Alert.objects.get().acknowledged_at == now + HOUR


def test_a_fix_declared_from_a_message_is_declared_on_each_finding(one, now):
    finding = weak(one, now)
    tell(one, now)
    told = notices.declare_fix(alert=Alert.objects.get(), by="contact:1", now=now + HOUR)
    finding.refresh_from_db()
    assert finding.state == "fix_declared"
    assert len(told) == 1  # no mandate is in force: no look can be asked for, and they are told


def test_a_fix_that_a_look_refutes_is_no_longer_declared(one, now):
    finding = weak(one, now)
    tell(one, now)
    for state in ("fix_declared", "acknowledged"):
        Finding.objects.filter(pk=finding.pk).update(state=state, fix_declared_at=now)
        tell(one, now + HOUR)
    assert AlertItem.objects.get().stage == "acknowledged"


def test_what_a_person_set_aside_is_not_counted_as_fixed(one, now):
    finding = weak(one, now)
    tell(one, now)
    Finding.objects.filter(pk=finding.pk).update(
        state="false_positive", closed_at=now, close_reason="false_positive", until=now + 9 * HOUR, decision="no"
    )
    tell(one, now)
    (row,) = queries.funnel(Establishment.objects.all())
    assert (row.verified, row.dropped) == (0, 1)
