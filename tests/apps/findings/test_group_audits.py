"""The audit of a group, with real servers: agreed, run, reviewed, told, followed up, closed."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests import factories
from vigie.apps.audit.models import Event
from vigie.apps.findings.enums import FollowUpOutcome
from vigie.apps.findings.groupaudits import actions, following, queries
from vigie.apps.findings.models import Finding, GroupAudit
from vigie.apps.findings.refusals import Incomplete, NotFromHere
from vigie.apps.registry.models import Membership
from vigie.apps.scans import actions as scans
from vigie.apps.scans import running
from vigie.apps.scans.models import Campaign, Look

SOUND = "220 (vsFTPd 3.0.5)"
ALINE = "user:1 aline@vigie.example"
DAY = timedelta(days=1)


class Audited:
    """A group of two: one with a mandate and weak servers, one without any mandate."""

    def __init__(self, world, ftp) -> None:
        self.world, self.now = world, world.now
        self.group = factories.GroupFactory()
        self.silent = factories.EstablishmentFactory(name="Clinique sans mandat")
        for one in (world.establishment, self.silent):
            factories.MembershipFactory(establishment=one, group=self.group)
        factories.AssetFactory(establishment=self.silent, value="127.61.9.9")
        self.unasked = ftp("127.61.9.9")
        self.servers = [ftp("127.61.7.1"), ftp("127.61.7.2")]
        for server in self.servers:
            world.declare(server.address)
        self.audit = actions.prepare(group=self.group, establishments=None, by=ALINE, now=world.now)

    def agree(self) -> None:
        told = {"signatory": "Directrice Exemple", "on": self.world.now.date(), "reference": "Convention 2026-12"}
        actions.agree(audit=self.audit, by=ALINE, now=self.world.now, **told)

    def run(self) -> Campaign:
        made = actions.run(audit=self.audit, ports=[2121], by=ALINE, now=self.world.now)
        return self.looked(made.campaign)

    def looked(self, campaign: Campaign) -> Campaign:
        self.world.now += timedelta(seconds=5)
        for shard in campaign.shards.all():
            running.run_shard(shard.pk, scanner=self.world.scanner())
        campaign.refresh_from_db()
        return campaign

    def reviewed(self) -> list[Finding]:
        """Agreed, looked at, and taken to the review; the findings there, by address."""
        self.agree()
        self.run()
        actions.gather(audit=self.audit, by=ALINE, now=self.world.now)
        return list(Finding.objects.filter(reviews__audit=self.audit, kind="product").order_by("address"))

    def told(self) -> list[Finding]:
        """Everything confirmed, and told to the group today."""
        found = self.reviewed()
        for item in self.audit.reviewed.all():
            actions.confirm(audit=self.audit, finding=item.finding, by=ALINE, now=self.world.now)
        self.restitute()
        return found

    def restitute(self, **changes) -> None:
        told = {"on": self.world.now.date(), "attendance": "Aline Exemple, Bruno Exemple"} | changes
        actions.restitute(audit=self.audit, by=ALINE, now=self.world.now, **told)

    def follow_up(self, days: int) -> int:
        """The calendar passes so many days later, the campaign that it starts runs, and it passes again."""
        self.world.now += days * DAY
        done = following.follow_up(now=self.world.now)
        for campaign in Campaign.objects.running():
            self.looked(campaign)
        return done + following.follow_up(now=self.world.now)

    @property
    def state(self) -> str:
        self.audit.refresh_from_db()
        return self.audit.state

    def outcomes(self, days: int) -> dict[str, int]:
        rows = {row.row.days: row.told for row in queries.follow_ups(self.audit)}
        return {outcome.value: n for outcome, n in rows[days] or () if n}


@pytest.fixture
def audited(world, ftp) -> Audited:
    return Audited(world, ftp)


def test_without_an_agreement_nothing_runs(audited):
    with pytest.raises(NotFromHere, match="not agreed yet"):
        actions.run(audit=audited.audit, ports=[2121], by=ALINE, now=audited.now)
    assert (Campaign.objects.count(), audited.servers[0].connections) == (0, 0)


@pytest.mark.parametrize("missing", ["signatory", "reference"])
def test_an_agreement_says_who_signed_and_where_it_is_written(audited, missing):
    told = {"signatory": "Directrice Exemple", "reference": "Convention 2026-12"} | {missing: "  "}
    with pytest.raises(Incomplete) as refused:
        actions.agree(audit=audited.audit, on=audited.now.date(), by=ALINE, now=audited.now, **told)
    assert refused.value.field == missing


def test_the_database_refuses_an_audit_that_runs_unsigned(audited):
    with pytest.raises(IntegrityError), transaction.atomic():
        GroupAudit.objects.filter(pk=audited.audit.pk).update(state="running", started_at=audited.now)


def test_no_mandate_no_packet_even_under_an_agreement(audited):
    audited.agree()
    campaign = audited.run()
    assert [one["finess"] for one in campaign.not_looked] == [audited.silent.finess]
    assert audited.unasked.connections == 0
    assert audited.servers[0].connections > 0
    had = dict(audited.audit.perimeter.values_list("establishment__finess", "had_mandate"))
    assert had == {audited.world.establishment.finess: True, audited.silent.finess: False}


def test_the_perimeter_is_frozen_by_the_first_run(audited):
    audited.agree()
    audited.run()
    late = factories.EstablishmentFactory()
    factories.MembershipFactory(establishment=late, group=audited.group)
    audited.world.declare("127.61.7.77")
    one = audited.audit.perimeter.get(establishment=audited.world.establishment)
    assert [asset["value"] for asset in one.assets] == ["127.61.7.1", "127.61.7.2"]
    assert audited.audit.perimeter.filter(establishment=late).count() == 0


def test_a_stop_in_force_lets_no_run_begin(audited):
    audited.agree()
    scans.stop_everything(by=ALINE, reason="test", now=audited.now)
    with pytest.raises(actions.RunRefused, match="stop is in force"):
        actions.run(audit=audited.audit, ports=[2121], by=ALINE, now=audited.now)
    assert audited.state == "agreed"


def test_several_runs_bring_each_finding_to_the_review_once(audited):
    first = audited.reviewed()
    assert [one.address for one in first] == ["127.61.7.1", "127.61.7.2"]
    before = audited.audit.reviewed.count()
    audited.run()
    assert actions.gather(audit=audited.audit, by=ALINE, now=audited.world.now) == 0
    assert (audited.audit.reviewed.count(), audited.state) == (before, "reviewing")


def test_a_run_under_way_is_waited_for(audited):
    audited.agree()
    actions.run(audit=audited.audit, ports=[2121], by=ALINE, now=audited.now)
    with pytest.raises(actions.RunRefused, match="still running"):
        actions.gather(audit=audited.audit, by=ALINE, now=audited.now)


def test_what_is_rejected_is_a_false_positive_by_the_findings_own_life_cycle(audited):
    finding = audited.reviewed()[0]
    with pytest.raises(Incomplete):
        actions.reject(audit=audited.audit, finding=finding, reason=" ", by=ALINE, now=audited.world.now)
    actions.reject(audit=audited.audit, finding=finding, reason="A decoy.", by=ALINE, now=audited.world.now)
    finding.refresh_from_db()
    assert (finding.state, finding.decision) == ("false_positive", "A decoy.")
    assert finding.until > audited.world.now
    assert finding.events.latest("pk").kind == "false_positive"
    with pytest.raises(NotFromHere):
        actions.confirm(audit=audited.audit, finding=finding, by=ALINE, now=audited.world.now)


def test_a_finding_of_elsewhere_is_not_judged_here(audited):
    audited.reviewed()
    with pytest.raises(NotFromHere, match="not under review"):
        actions.confirm(audit=audited.audit, finding=factories.FindingFactory(), by=ALINE, now=audited.world.now)


def test_it_is_told_to_the_group_once_every_finding_is_judged(audited):
    found = audited.reviewed()
    with pytest.raises(NotFromHere, match="not judged yet"):
        audited.restitute()
    for item in audited.audit.reviewed.exclude(finding=found[0]):
        actions.confirm(audit=audited.audit, finding=item.finding, by=ALINE, now=audited.world.now)
    actions.reject(audit=audited.audit, finding=found[0], reason="A decoy.", by=ALINE, now=audited.world.now)
    with pytest.raises(Incomplete, match="not after today"):
        audited.restitute(on=audited.world.now.date() + DAY)
    with pytest.raises(Incomplete, match="who was there"):
        audited.restitute(attendance="")
    audited.restitute()
    assert audited.state == "followed"
    assert [one.days for one in audited.audit.follow_ups.order_by("days")] == [30, 90, 180]


def test_each_follow_up_tells_what_is_there_mended_new_and_unknown(audited, ftp):
    gone, kept = audited.told()
    audited.servers[0].greeting = SOUND
    assert audited.follow_up(29) == 0
    assert audited.follow_up(1) == 2
    first = audited.outcomes(30)
    assert first["verified"] >= 1
    assert first["still_there"] >= 1
    gone.refresh_from_db()
    assert gone.state == "closed"
    audited.world.declare("127.61.7.3")
    ftp("127.61.7.3")
    audited.servers[1].stop()
    audited.follow_up(60)
    second = audited.outcomes(90)
    assert second["new"] >= 1
    assert second["unknown"] >= 1, "a server that is silent is neither mended nor still there"
    assert second["verified"] == first["verified"]
    assert audited.outcomes(30) == first
    assert kept.pk in Finding.objects.standing().values_list("pk", flat=True)


def test_a_worker_that_was_stopped_follows_up_once_and_says_what_was_missed(audited):
    audited.told()
    assert audited.follow_up(100) == 2
    rows = {one.days: one for one in audited.audit.follow_ups.all()}
    assert (rows[30].missed, rows[90].missed, rows[90].told_at is not None) == (True, False, True)
    assert rows[180].started_at is None
    assert audited.follow_up(0) == 0
    kinds = list(audited.audit.events.values_list("kind", flat=True))
    assert [kinds.count(kind) for kind in ("follow_up_missed", "follow_up_started", "follow_up_told")] == [1, 1, 1]


def test_a_follow_up_waits_under_a_stop_and_runs_once_it_is_lifted(audited):
    audited.told()
    audited.world.now += 31 * DAY
    scans.stop_everything(by=ALINE, reason="test", now=audited.world.now)
    assert following.follow_up(now=audited.world.now) == 0
    assert audited.audit.follow_ups.get(days=30).started_at is None
    scans.lift_stop(by=ALINE, now=audited.world.now)
    assert audited.follow_up(0) == 2


def test_a_follow_up_without_any_mandate_left_tells_only_what_is_unknown(audited):
    audited.told()
    seen = audited.servers[0].connections
    audited.world.now += 200 * DAY  # the mandate has ended
    following.follow_up(now=audited.world.now)
    following.follow_up(now=audited.world.now)
    told = audited.outcomes(180)
    assert set(told) == {FollowUpOutcome.UNKNOWN.value}
    assert audited.servers[0].connections == seen


def test_closed_it_is_followed_up_no_more(audited):
    audited.told()
    actions.close(audit=audited.audit, words="All told.", by=ALINE, now=audited.world.now)
    assert audited.follow_up(30) == 0
    assert (audited.state, Look.objects.count()) == ("closed", 2)


def test_one_audit_of_a_group_at_a_time_and_another_once_it_is_told(audited):
    with pytest.raises(Incomplete, match="under way"):
        actions.prepare(group=audited.group, establishments=None, by=ALINE, now=audited.now)
    actions.abandon(audit=audited.audit, reason="Too early.", by=ALINE, now=audited.now)
    assert actions.prepare(group=audited.group, establishments=None, by=ALINE, now=audited.now)


def test_only_members_of_the_day_are_audited(audited):
    actions.abandon(audit=audited.audit, reason="Too early.", by=ALINE, now=audited.now)
    with pytest.raises(Incomplete, match="not a member"):
        actions.prepare(
            group=audited.group, establishments=[factories.EstablishmentFactory()], by=ALINE, now=audited.now
        )
    with pytest.raises(Incomplete, match="at least one"):
        actions.prepare(group=audited.group, establishments=[], by=ALINE, now=audited.now)


def test_every_deed_leaves_its_event_in_the_audit_trail(audited):
    audited.told()
    actions.close(audit=audited.audit, words="All told.", by=ALINE, now=audited.world.now)
    kinds = set(Event.objects.filter(kind__startswith="group-audit-").values_list("kind", flat=True))
    assert kinds == {
        f"group-audit-{deed}" for deed in ("prepared", "agree", "run", "gather", "judge", "restitute", "close")
    }


def test_groups_audited_are_counted_out_of_those_of_the_registry_on_that_day(audited):
    factories.MembershipFactory(group=factories.GroupFactory())
    factories.MembershipFactory(group=factories.GroupFactory(kind="private"))
    factories.GroupFactory(name="GHT sans membre")
    audited.told()
    today = audited.world.now.date()
    counted = queries.audited_in(2026, today, audited.world.now)
    assert (counted.told, counted.groups, counted.under_way) == (1, 2, 0)
    assert queries.audited_in(2026, today - DAY, audited.world.now).told == 0
    assert queries.audited_in(2027, date(2027, 1, 5), audited.world.now).told == 0
    Membership.objects.filter(group=audited.group).update(valid_until=date(2026, 11, 1))
    assert queries.audited_in(2026, today, audited.world.now).groups == 1


@pytest.mark.parametrize(
    ("role", "over", "sees"),
    [
        ("national_analyst", "nation", 1),
        ("group_officer", "group", 1),
        ("group_officer", "other group", 0),
        ("establishment_officer", "establishment", 0),
        ("regional_agency", "region", 0),
        ("anssi_liaison", "nation", 0),
        ("funder", "nation", 0),
    ],
)
def test_an_audit_is_seen_by_the_nation_and_by_its_group(audited, role, over, sees):
    from vigie.apps.accounts.actions import grant_role

    target = {
        "nation": None,
        "group": audited.group,
        "other group": factories.GroupFactory(),
        "establishment": audited.world.establishment,
        "region": audited.group.region,
    }[over]
    user = factories.UserFactory(analyst=False)
    grant_role(user=user, kind=role, over=target, valid_until=None, by="test", now=audited.now - DAY)
    assert GroupAudit.objects.visible_to(user, audited.now).count() == sees
