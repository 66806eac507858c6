"""What a domain publishes lives the life of any finding: found, told, looked at again, closed on proof only."""

import json
import ssl
from dataclasses import replace
from datetime import timedelta

import dns.rcode
import pytest

from tests.channels.feed_server import HOST, Published, make_certificate, serving
from tests.factories import AssetFactory
from tests.probes.dns_server import resolving
from vigie.apps.assets.enums import LeakKind
from vigie.apps.assets.leaks import import_leaks
from vigie.apps.assets.models import Contest, Mandate
from vigie.apps.assets.registrations import Round, note
from vigie.apps.findings import decisions, queries
from vigie.apps.findings.models import Finding
from vigie.apps.findings.retesting import retest
from vigie.apps.observatory.actions import compute, establishments
from vigie.apps.observatory.models import Level
from vigie.apps.scans import actions, running
from vigie.apps.scans.models import Look, Service
from vigie.channels.feeds import Door
from vigie.data.registries import registries
from vigie.sources.rdap import Registration

DOMAIN = "valmorne.example"
DAY = timedelta(hours=25)
ALINE = "user:1 aline@vigie.example"
BARE = {
    DOMAIN: ("MX 10 mx.valmorne.example.", 'TXT "v=spf1 mx -all"', 'CAA 0 issue "ca.example"'),
    "mx.valmorne.example": ("127.62.30.2",),
}
SOUND = BARE | {
    f"_dmarc.{DOMAIN}": ('TXT "v=DMARC1; p=reject; rua=mailto:a@valmorne.example"',),
    f"_mta-sts.{DOMAIN}": ('TXT "v=STSv1; id=1"',),
}


@pytest.fixture
def declared(world):
    AssetFactory(establishment=world.establishment, kind="domain", value=DOMAIN)
    return world


def look(world, zone, *, rcode=dns.rcode.NOERROR, after=timedelta(0)):
    with resolving(zone, rcode=rcode) as resolver:
        world.resolvers = (resolver,)
        return world.look(after=after)


def run(world, asked, zone):
    world.now += timedelta(seconds=5)
    with resolving(zone) as resolver:
        world.resolvers = (resolver,)
        for shard in asked.campaign.shards.all():
            running.run_shard(shard.pk, scanner=world.scanner())


def dmarc() -> Finding:
    return Finding.objects.get(subject="dmarc-missing")


def test_a_campaign_judges_a_domain_that_has_no_address_at_all(declared):
    shard = look(declared, BARE).shards.get()
    found = dmarc()
    assert (found.address, found.domain, found.names, found.exposed) == ("", DOMAIN, [DOMAIN], True)
    assert (shard.hosts, shard.hosts_done, shard.services_found) == (0, 0, 1)
    assert Look.objects.get().domain == DOMAIN


def test_the_same_weakness_of_two_domains_is_two_findings(declared):
    AssetFactory(establishment=declared.establishment, kind="domain", value="autre-valmorne.example")
    look(declared, BARE | {"autre-valmorne.example": BARE[DOMAIN]})
    look(declared, BARE | {"autre-valmorne.example": BARE[DOMAIN]}, after=DAY)
    found = Finding.objects.filter(subject="dmarc-missing").values_list("domain", flat=True)
    assert sorted(found) == ["autre-valmorne.example", DOMAIN]


def test_a_record_that_was_published_closes_it_and_its_withdrawal_reopens_it_with_its_first_date(declared):
    look(declared, BARE)
    first = dmarc().first_seen
    look(declared, SOUND, after=DAY)
    assert (dmarc().state, dmarc().close_reason) == ("closed", "check_passed")
    look(declared, BARE, after=DAY)
    assert (dmarc().state, dmarc().reopened, dmarc().first_seen) == ("open", 1, first)
    assert Service.objects.filter(name=DOMAIN).count() == 3  # a change of what is published is a new interval


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED], ids=["servfail", "refused"])
def test_a_failing_resolver_is_unknown_and_closes_nothing_however_often(declared, rcode):
    look(declared, BARE)
    before = set(Finding.objects.values_list("subject", "state"))
    for _ in range(3):
        campaign = look(declared, BARE, rcode=rcode, after=DAY)
        assert campaign.shards.get().unknowns["the resolvers failed"] == 1
        assert not Look.objects.get(shard__campaign=campaign, domain=DOMAIN).reached
    assert set(Finding.objects.values_list("subject", "state")) == before
    assert dmarc().absences == 0
    compute(subjects=establishments([declared.establishment.pk]), now=declared.now)
    level = Level.objects.latest("pk")
    assert level.known < level.total


def test_a_domain_that_does_not_exist_any_more_ends_after_two_looks_a_day_apart(declared):
    look(declared, BARE)
    for state, absences in (("open", 1), ("no_longer_observed", 2)):
        look(declared, {}, after=DAY)
        held = dmarc()
        assert (held.state, held.absences) == (state, absences)


def test_the_button_asks_the_records_of_this_domain_alone(declared):
    AssetFactory(establishment=declared.establishment, kind="domain", value="autre-valmorne.example")
    look(declared, BARE)
    asked = retest(finding=dmarc(), by=ALINE, now=declared.now)
    assert (asked.campaign.only_address, asked.campaign.only_domain) == (None, DOMAIN)
    assert asked.campaign not in type(asked.campaign).objects.rounds()
    run(declared, asked, BARE)
    assert queries.last_retest(dmarc()).answer == "still_there"
    declared.now += timedelta(hours=1)
    asked, _ = decisions.declare_fix(finding=dmarc(), by=ALINE, now=declared.now)
    run(declared, asked, SOUND)
    assert queries.last_retest(dmarc()).answer == "mended"
    assert list(asked.campaign.shards.get().looks.values_list("domain", flat=True)) == [DOMAIN]


def test_a_contested_domain_is_not_asked(declared):
    Contest.objects.create(
        establishment=declared.establishment, kind="domain", value=DOMAIN, claim="not_mine",
        opened_at=declared.now, opened_by="test",
    )  # fmt: skip
    look(declared, BARE)
    assert not Look.objects.exists()
    assert not Finding.objects.exists()


def test_a_stop_leaves_the_domains_to_the_next_campaign(declared):
    with resolving(BARE) as resolver:
        declared.resolvers = (resolver,)
        campaign = actions.start_campaign(
            name="look", establishments=[declared.establishment], ports=(2121,), by="test", now=declared.now
        )
        actions.stop_everything(by="test", reason="", now=declared.now)
        running.run_shard(campaign.shards.get().pk, scanner=declared.scanner())
    assert not Look.objects.exists()


def registered(world, ends):
    note(domain=DOMAIN, told=Registration(DOMAIN, ends, ("active",)), now=world.now)


def test_a_registration_that_ends_soon_is_a_finding_that_the_button_closes_once_it_is_renewed(declared, tmp_path):
    """The registry is asked again by the retest, not only at its daily turn."""
    registered(declared, (declared.now + timedelta(days=10)).date())
    look(declared, SOUND)
    found = Finding.objects.get(subject="domain-expires-soon")
    assert (found.state, found.domain, found.severity) == ("open", DOMAIN, "high")
    declared.now += timedelta(hours=1)
    asked = retest(finding=found, by=ALINE, now=declared.now)
    pair = make_certificate(tmp_path)
    with serving(pair) as server:
        context = ssl.create_default_context(cafile=str(pair))
        door = Door(frozenset({HOST}), loopback_port=server.server_port, context=context)
        table = replace(registries(), servers={"example": f"https://{HOST}/"})
        declared.registries = Round(door, lambda: declared.now, table)
        ends = (declared.now + timedelta(days=375)).isoformat()
        told = {
            "objectClassName": "domain",
            "ldhName": DOMAIN,
            "events": [{"eventAction": "expiration", "eventDate": ends}],
        }
        Published(server).put(f"https://{HOST}/domain/{DOMAIN}", json.dumps(told))
        run(declared, asked, SOUND)
    found.refresh_from_db()
    assert (found.state, found.close_reason) == ("closed", "check_passed")


def test_a_registry_that_was_silent_for_a_month_closes_nothing(declared):
    Mandate.objects.update(valid_until=declared.now + timedelta(days=500))
    registered(declared, (declared.now + timedelta(days=10)).date())
    look(declared, SOUND)
    for _ in range(2):
        look(declared, SOUND, after=timedelta(days=31))
    assert Finding.objects.get(subject="domain-expires-soon").state == "open"


def leaked(world, tmp_path, text):
    path = tmp_path / "export.csv"
    path.write_text(text)
    import_leaks(path=path, kind=LeakKind.CREDENTIALS, columns={}, by="test", now=world.now)


def test_a_leak_that_was_brought_in_is_a_finding_of_its_domain_until_it_is_a_year_old(declared, tmp_path):
    Mandate.objects.update(valid_until=declared.now + timedelta(days=500))
    look(declared, SOUND)
    assert not Finding.objects.filter(subject="credentials-leaked").exists()
    leaked(declared, tmp_path, "email,date\njosephine@valmorne.example,2026-10-01\n")
    look(declared, SOUND, after=DAY)
    found = Finding.objects.get(subject="credentials-leaked")
    assert (found.state, found.domain, found.severity) == ("open", DOMAIN, "high")
    assert found.evidence == [{"label": "credentials.leaked", "value": "1, last on 2026-10-01"}]
    look(declared, SOUND, rcode=dns.rcode.SERVFAIL, after=DAY)
    found.refresh_from_db()
    assert found.state == "open"
    look(declared, SOUND, after=timedelta(days=330))
    found.refresh_from_db()
    assert (found.state, found.close_reason) == ("closed", "check_passed")
