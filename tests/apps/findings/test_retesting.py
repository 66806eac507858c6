"""Look again now: the whole way, from a button to a proof, against real servers."""

from datetime import timedelta

import pytest

from tests.factories import EstablishmentFactory, FindingFactory, MandateFactory
from vigie.apps.assets.models import Mandate
from vigie.apps.findings import decisions, queries
from vigie.apps.findings.models import Finding, Retest
from vigie.apps.findings.refusals import RetestRefused
from vigie.apps.findings.retesting import retest
from vigie.apps.observatory.timetofix import of_establishment
from vigie.apps.scans import actions as scans
from vigie.apps.scans import queries as looks
from vigie.apps.scans import running
from vigie.apps.scans.models import Campaign, Service

SOUND, WEAK = "220 (vsFTPd 3.0.5)", "220 (vsFTPd 2.3.4)"
HOUR = timedelta(hours=1)
ALINE = "user:1 aline@vigie.example"


def kinds(finding: Finding) -> list[str]:
    return list(finding.events.order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def found(world, ftp):
    """A weak server among two addresses, found by a round; its finding, and the server whose words may change."""

    def make(address: str) -> tuple[Finding, object]:
        server = ftp(address)
        world.declare(address)
        world.look()
        return Finding.objects.get(kind="product"), server

    return make


def run(world, asked: Retest) -> None:
    """What the worker does with the retest, a moment later."""
    world.now += timedelta(seconds=5)
    for shard in asked.campaign.shards.all():
        running.run_shard(shard.pk, scanner=world.scanner())


def declare(world, finding: Finding) -> Retest:
    world.now += HOUR
    asked, why = decisions.declare_fix(finding=finding, by=ALINE, now=world.now)
    assert why == ""
    return asked


def test_a_fix_that_was_declared_and_holds_is_closed_by_the_look_itself(world, found):
    finding, server = found("127.62.10.1")
    server.greeting = SOUND
    asked = declare(world, finding)
    assert queries.last_retest(finding).answer == "waiting"
    run(world, asked)
    finding.refresh_from_db()
    assert (finding.state, finding.close_reason) == ("closed", "sound_version")
    assert queries.last_retest(finding).answer == "mended"
    assert kinds(finding) == ["detected", "fix_declared", "retest_asked", "closed"]
    assert finding.events.get(kind="closed").look.shard.campaign == asked.campaign
    assert finding.closed_at > finding.fix_declared_at


def test_a_fix_that_does_not_hold_is_refuted_and_the_work_goes_on(world, found):
    finding, _ = found("127.62.10.2")
    run(world, declare(world, finding))
    finding.refresh_from_db()
    assert (finding.state, finding.fix_declared_at) == ("acknowledged", None)
    assert queries.last_retest(finding).answer == "still_there"
    assert kinds(finding)[-1] == "fix_refuted"
    assert Service.objects.count() == 1


def test_a_worker_whose_clock_is_late_refutes_all_the_same(world, found):
    finding, _ = found("127.62.10.17")
    asked = declare(world, finding)
    world.now -= timedelta(seconds=30)
    run(world, asked)
    finding.refresh_from_db()
    assert finding.state == "acknowledged"


def test_a_round_that_looked_before_the_declaration_refutes_nothing(world, found):
    finding, _ = found("127.62.10.18")
    world.now += HOUR
    round_ = scans.start_campaign(
        name="round", establishments=[world.establishment], ports=[2121], by="test", now=world.now
    )
    decisions.declare_fix(finding=finding, by=ALINE, now=world.now + HOUR)
    running.run_shard(round_.shards.get().pk, scanner=world.scanner())
    finding.refresh_from_db()
    assert finding.state == "fix_declared"


def test_a_look_without_a_declaration_says_that_it_is_still_there(world, found):
    finding, _ = found("127.62.10.3")
    run(world, retest(finding=finding, by=ALINE, now=world.now))
    finding.refresh_from_db()
    assert (finding.state, kinds(finding)) == ("open", ["detected", "retest_asked", "still_there"])
    assert queries.last_retest(finding).answer == "still_there"
    assert finding.last_confirmed == world.now


def test_a_port_that_closed_is_not_a_proof(world, found):
    finding, server = found("127.62.10.4")
    server.stop()
    run(world, declare(world, finding))
    finding.refresh_from_db()
    assert (finding.state, finding.absences) == ("fix_declared", 1)
    assert queries.last_retest(finding).answer == "not_seen"
    world.now += timedelta(hours=25)
    run(world, retest(finding=finding, by=ALINE, now=world.now))
    finding.refresh_from_db()
    assert (finding.state, queries.last_retest(finding).answer) == ("no_longer_observed", "gone")


def test_silence_is_unknown_with_its_reason(world, found):
    finding, server = found("127.62.10.5")
    server.talk = lambda handler: handler.rfile.read(1)
    run(world, declare(world, finding))
    finding.refresh_from_db()
    status = queries.last_retest(finding)
    assert (finding.state, status.answer) == ("fix_declared", "unknown")
    assert status.reasons


def test_only_this_port_of_this_address_is_asked(world, ftp, found):
    finding, _ = found("127.62.10.6")
    beside = ftp("127.62.10.7")
    world.declare("127.62.10.7")
    asked = retest(finding=finding, by=ALINE, now=world.now)
    run(world, asked)
    assert beside.connections == 0
    assert asked.campaign.shards.get().hosts == 1


def test_what_is_no_longer_declared_is_not_looked_at(world, found):
    finding, server = found("127.62.10.8")
    before = server.connections
    world.establishment.assets.all().delete()
    run(world, retest(finding=finding, by=ALINE, now=world.now))
    status = queries.last_retest(finding)
    assert (server.connections, status.answer) == (before, "unknown")
    assert status.reasons == ("not declared, or outside the mandate",)


def test_a_retest_is_no_round(world, found):
    finding, _ = found("127.62.10.9")
    round_ = Campaign.objects.get()
    looked_at = looks.seen_of(world.establishment.pk, world.now).looked_at
    world.now += HOUR
    run(world, retest(finding=finding, by=ALINE, now=world.now))
    assert list(looks.campaigns()) == [round_]
    assert looks.last_campaign(world.now) == round_
    assert looks.seen_of(world.establishment.pk, world.now).looked_at == looked_at
    assert world.look(after=HOUR).state == "finished"


def test_a_second_press_joins_the_look_under_way(world, found):
    finding, _ = found("127.62.10.10")
    first = retest(finding=finding, by=ALINE, now=world.now)
    assert retest(finding=finding, by="other", now=world.now) == first
    assert Retest.objects.count() == 1


def test_one_port_is_looked_at_a_few_times_an_hour_whatever_the_finding(db, now):
    one = EstablishmentFactory()
    MandateFactory(establishment=one)
    rows = [
        FindingFactory(establishment=one, service=None, address="127.62.10.11", port=21, subject=f"a:{n}", names=[""])
        for n in range(7)
    ]
    for number, row in enumerate(rows[:6]):
        retest(finding=row, by=ALINE, now=now + number * timedelta(minutes=1))
    with pytest.raises(RetestRefused, match="in 54 min"):
        retest(finding=rows[6], by=ALINE, now=now + timedelta(minutes=6))
    retest(finding=rows[6], by=ALINE, now=now + HOUR)


def test_nothing_is_looked_at_without_a_mandate_nor_under_a_stop(world, found):
    finding, _ = found("127.62.10.12")
    scans.stop_everything(by=ALINE, reason="", now=world.now)
    with pytest.raises(RetestRefused, match="stop"):
        retest(finding=finding, by=ALINE, now=world.now)
    scans.lift_stop(by=ALINE, now=world.now)
    Mandate.objects.update(withdrawn_at=world.now)
    with pytest.raises(RetestRefused, match="mandate"):
        retest(finding=finding, by=ALINE, now=world.now)
    assert not Retest.objects.exists()


def test_a_stop_ends_the_retest_too(world, found):
    finding, _ = found("127.62.10.13")
    retest(finding=finding, by=ALINE, now=world.now)
    scans.stop_everything(by=ALINE, reason="", now=world.now)
    assert queries.last_retest(finding).answer == "stopped"


def test_what_was_set_aside_is_still_followed(world, found):
    finding, server = found("127.62.10.14")
    until = world.now + timedelta(days=90)
    decisions.accept_risk(finding=finding, reason="x", measures=["y"], until=until, by=ALINE, now=world.now)
    world.look(after=HOUR)
    finding.refresh_from_db()
    assert (finding.state, finding.last_confirmed) == ("risk_accepted", world.now)
    measured = of_establishment(world.establishment, world.now).every
    assert (measured.n, measured.fixed) == (1, 0)
    server.greeting = SOUND
    world.look(after=HOUR)
    finding.refresh_from_db()
    assert (finding.state, finding.until) == ("closed", None)


def test_a_risk_that_attackers_begin_to_use_is_no_longer_the_one_that_was_accepted(world, found):
    finding, _ = found("127.62.10.15")
    until = world.now + timedelta(days=90)
    decisions.accept_risk(finding=finding, reason="x", measures=["y"], until=until, by=ALINE, now=world.now)
    finding.vulnerabilities.update(kev_on=world.now.date())
    world.look(after=HOUR)
    finding.refresh_from_db()
    assert (finding.state, finding.exploited) == ("open", True)


def test_equipment_that_was_said_to_be_retired_and_answers_is_open_again(world, found):
    finding, _ = found("127.62.10.16")
    decisions.retire_asset(finding=finding, reason="sold", by=ALINE, now=world.now)
    world.look(after=HOUR)
    back = Finding.objects.get(kind="product")
    assert (back.state, back.reopened, back.first_seen) == ("open", 1, finding.first_seen)
