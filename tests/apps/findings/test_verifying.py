"""Is what another tool says so: the whole way, from the button to what a real server answers, within the mandate."""

from datetime import timedelta

import pytest

from tests.apps.scans.conftest import PORT
from tests.factories import ServiceFactory, SightingFactory
from vigie.apps.assets.models import Mandate
from vigie.apps.audit.models import Event
from vigie.apps.findings.models import Finding, Retest
from vigie.apps.findings.refusals import RetestRefused
from vigie.apps.findings.sightings import queries
from vigie.apps.findings.sightings.models import Sighting
from vigie.apps.findings.sightings.verifying import ask, judged, place_of
from vigie.apps.scans import running
from vigie.data.sightings import checks_by_tool
from vigie.engine.checks import CHECKS
from vigie.engine.outcome import Verdict

ALINE = "user:1 aline@vigie.example"
WEAK, SOUND = "220 (vsFTPd 2.3.4)", "220 (vsFTPd 3.0.5)"
CVE = "CVE-2011-2523"


@pytest.fixture
def told(world, ftp):
    """What a tool says of a server in the declared perimeter, and the server, whose words may change."""

    def make(place: str, greeting: str = WEAK, **options: object) -> tuple[Sighting, object]:
        server = ftp(place, greeting)
        world.declare(place)
        told = {"establishment": world.establishment, "address": place, "port": PORT, "cves": [CVE]} | options
        return SightingFactory(**told), server

    return make


def run(world, asked: Retest) -> None:
    world.now += timedelta(seconds=5)
    for shard in asked.campaign.shards.all():
        running.run_shard(shard.pk, scanner=world.scanner())


def now_is(sighting: Sighting) -> Sighting:
    return Sighting.objects.get(pk=sighting.pk)


def test_a_look_confirms_what_is_so_and_its_own_finding_says_what_to_do(world, told):
    sighting, _ = told("127.62.20.1")
    asked = ask(sighting=sighting, by=ALINE, now=world.now)
    assert queries.last_verification(sighting).is_running
    run(world, asked)
    after = now_is(sighting)
    assert (after.state, after.verified_by) == ("confirmed", "scanner")
    assert after.look.shard.campaign == asked.campaign
    assert [one.subject for one in queries.findings_beside(after)] == [Finding.objects.get(kind="product").subject]
    assert Event.objects.filter(kind="sighting-confirmed", subject_id=sighting.pk).exists()


def test_a_version_that_is_not_affected_does_not_confirm(world, told):
    sighting, _ = told("127.62.20.2", SOUND)
    run(world, ask(sighting=sighting, by=ALINE, now=world.now))
    assert now_is(sighting).state == "rejected"
    assert not Finding.objects.filter(kind="product").exists()


def test_a_server_that_does_not_say_its_version_leaves_it_to_be_verified(world, told):
    sighting, _ = told("127.62.20.3", "220 welcome")
    run(world, ask(sighting=sighting, by=ALINE, now=world.now))
    assert now_is(sighting).state == "to_verify"
    assert not queries.last_verification(sighting).is_running


def test_one_of_our_checks_answers_for_a_plug_in(world, told):
    """The server offers TLS: what Nessus says of it (34324, no encryption) is not so."""
    sighting, _ = told("127.62.20.4", cves=[], tool="nessus", identifier="34324")
    run(world, ask(sighting=sighting, by=ALINE, now=world.now))
    assert now_is(sighting).state == "rejected"
    assert not Finding.objects.filter(subject="ftp-no-tls").exists()


def test_a_round_verifies_what_waits_without_anybody_asking(world, told):
    sighting, _ = told("127.62.20.5")
    world.look()
    assert now_is(sighting).state == "confirmed"


def test_another_address_of_the_same_look_verifies_nothing_of_it(world, told, ftp):
    sighting, server = told("127.62.20.6")
    server.stop()
    ftp("127.62.20.7", WEAK)
    world.declare("127.62.20.7")
    world.look()
    assert now_is(sighting).state == "to_verify"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        pytest.param({"port": 0}, "the host as a whole", id="no-port"),
        pytest.param({"transport": "udp"}, "TCP ports", id="udp"),
        pytest.param({"cves": [], "identifier": "990001"}, "No check of Vigie", id="unknown-plug-in"),
        pytest.param({"kind": "fact", "severity": ""}, "no weakness", id="fact"),
        pytest.param({"state": "confirmed"}, "already", id="verified"),
        pytest.param({"address": "", "name": "nowhere.valmorne.example"}, "No address is known", id="name-never-met"),
    ],
)
def test_a_look_that_could_not_answer_is_refused_in_words(world, told, options, why):
    sighting, _ = told("127.62.20.8", **options)
    with pytest.raises(RetestRefused, match=why):
        ask(sighting=sighting, by=ALINE, now=world.now)
    assert not Retest.objects.exists()


def test_without_a_mandate_nothing_is_queued(world, told):
    sighting, _ = told("127.62.20.9")
    Mandate.objects.all().delete()
    with pytest.raises(RetestRefused, match="No mandate"):
        ask(sighting=sighting, by=ALINE, now=world.now)


def test_a_place_that_is_not_declared_is_never_contacted(world, told, ftp):
    server = ftp("127.62.20.99", WEAK)
    sighting, _ = told("127.62.20.10")
    Sighting.objects.filter(pk=sighting.pk).update(address="127.62.20.99")
    run(world, ask(sighting=now_is(sighting), by=ALINE, now=world.now))
    assert now_is(sighting).state == "to_verify"
    assert server.connections == 0


def test_asking_twice_is_one_look_and_a_host_is_not_worn_out(world, told):
    sighting, _ = told("127.62.20.11", "220 welcome")
    first = ask(sighting=sighting, by=ALINE, now=world.now)
    assert ask(sighting=sighting, by=ALINE, now=world.now) == first
    for _ in range(6):
        run(world, Retest.objects.latest("pk"))
        try:
            ask(sighting=sighting, by=ALINE, now=world.now)
        except RetestRefused as refused:
            assert "within the hour" in str(refused)
            break
    else:
        pytest.fail("a seventh look within the hour was allowed")


def test_a_name_is_looked_at_where_our_own_looks_met_it(world, told):
    sighting, _ = told("127.62.20.12", address="", name="ftp.valmorne.example")
    ServiceFactory(establishment=world.establishment, address="127.62.20.12", port=PORT, name="ftp.valmorne.example")
    assert place_of(sighting) == "127.62.20.12"


F, P, U = Verdict.FAIL, Verdict.PASS, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("said", "state"),
    [
        pytest.param({}, "to_verify", id="nothing-said"),
        pytest.param({"CVE-2020-0001": [F], "CVE-2020-0002": [P]}, "confirmed", id="one-of-two-is-enough"),
        pytest.param({"CVE-2020-0001": [P]}, "to_verify", id="one-of-two-is-not-sound"),
        pytest.param({"CVE-2020-0001": [P], "CVE-2020-0002": [P, U]}, "to_verify", id="unknown-is-not-sound"),
        pytest.param({"CVE-2020-0001": [P], "CVE-2020-0002": [P]}, "rejected", id="all-sound"),
        pytest.param({"CVE-2020-0001": [P, F], "CVE-2020-0002": [P]}, "confirmed", id="weak-under-one-name"),
    ],
)
def test_what_the_look_says_of_each_cve_decides(said, state):
    row = Sighting(tool="nessus", identifier="990001", cves=["CVE-2020-0001", "CVE-2020-0002"])
    assert judged(row, said) == state


def test_the_map_of_plug_ins_names_only_our_checks():
    assert {slug for checks in checks_by_tool().values() for slug in checks.values()} <= set(CHECKS)
