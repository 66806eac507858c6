"""What a domain publishes, asked of a real resolver; a resolver that fails tells nothing."""

import asyncio
import socket
import threading

import dns.dnssec
import dns.dnssectypes
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.dnskeybase
import dns.rrset
import pytest

from vigie.engine.checks import judge_all
from vigie.engine.facts import Answer, HostLook, ServiceLook
from vigie.engine.names import DnssecState
from vigie.engine.outcome import Verdict
from vigie.probes.domain import look_at_domains
from vigie.probes.gate import Gate
from vigie.probes.names import Names, Run
from vigie.probes.resolve import resolve_all, resolver_of
from vigie.probes.scope import Scope
from vigie.probes.stop import StopSignal

from .conftest import NOW, free_pace, mandate
from .dns_server import resolving

DOMAIN = "valombre.example"
ZONE = {
    DOMAIN: (
        "127.77.0.1", "MX 10 mx.valombre.example.", 'TXT "v=spf1 mx include:" "_spf.valombre.example -all"',
        "NS ns.valombre.example.", 'CAA 0 issue "ca.example"',
    ),
    f"_spf.{DOMAIN}": ('TXT "v=spf1 ip4:127.77.0.9 -all"',),
    f"_dmarc.{DOMAIN}": ('TXT "v=DMARC1; p=reject; rua=mailto:a@valombre.example"',),
    f"_mta-sts.{DOMAIN}": ('TXT "v=STSv1; id=1"',),
    f"_smtp._tls.{DOMAIN}": ('TXT "v=TLSRPTv1; rua=mailto:a@valombre.example"',),
    f"mx.{DOMAIN}": ("127.77.0.2",),
    f"ns.{DOMAIN}": ("127.77.0.3",),
    f"www.{DOMAIN}": ("127.77.0.1",),
    f"mail.{DOMAIN}": ("MX 10 mx.valombre.example.",),
}  # fmt: skip


def hosts(*names: str, zone=ZONE, rcode=dns.rcode.NOERROR) -> tuple[HostLook, ...]:
    stop = StopSignal()
    gate = Gate(Scope([mandate()]), stop, free_pace(), lambda: NOW)
    with resolving(zone, rcode=rcode) as resolver:
        return look_at_domains(names, gate=gate, stop=stop, resolvers=(resolver,), seconds=5.0)


def look_at(*names: str, zone=ZONE, rcode=dns.rcode.NOERROR, **changes) -> tuple[ServiceLook, ...]:
    with resolving(zone, rcode=rcode) as resolver:
        return look_through(resolver, *names, **changes)


def look_through(resolver: str, *names: str, stop: StopSignal | None = None, **changes) -> tuple[ServiceLook, ...]:
    stop = stop or StopSignal()
    gate = Gate(Scope([mandate(**changes)]), stop, free_pace(), lambda: NOW)
    hosts = look_at_domains(names, gate=gate, stop=stop, resolvers=(resolver,), seconds=5.0)
    return tuple(service for host in hosts for service in host.services)


def verdicts(look: ServiceLook) -> dict[str, Verdict]:
    return {outcome.check: outcome.verdict for outcome in judge_all(look)}


def test_a_domain_tells_its_mail_its_certificates_and_its_servers():
    [look] = look_at(DOMAIN)
    domain = look.facts.domain
    assert (look.service, look.name, look.address, look.answer) == ("dns", DOMAIN, "", Answer.ANSWERED)
    assert domain.mail_hosts == ("mx.valombre.example",)
    assert (domain.spf.record, domain.spf.lookups) == ("v=spf1 mx include:_spf.valombre.example -all", 2)
    assert (domain.dmarc.policy, domain.dmarc.reports) == ("reject", True)
    assert domain.caa == ('0 issue "ca.example"',)
    assert domain.name_servers == ("ns.valombre.example",)
    assert domain.tls_reports
    assert domain.dnssec is DnssecState.UNSIGNED
    assert {slug for slug, verdict in verdicts(look).items() if verdict is Verdict.FAIL} == {"dnssec-missing"}


def test_a_mere_host_name_has_nothing_of_this_to_show_and_a_name_that_takes_mail_has():
    [look] = look_at(f"www.{DOMAIN}", f"mail.{DOMAIN}")
    assert look.name == f"mail.{DOMAIN}"
    assert look.facts.domain.dmarc.inherited_from == DOMAIN
    assert verdicts(look)["spf-missing"] is Verdict.FAIL
    assert "caa-missing" not in verdicts(look)


def test_a_domain_without_any_address_is_looked_at_all_the_same():
    [look] = look_at(DOMAIN, zone={DOMAIN: ("MX 0 .",)})
    assert look.facts.domain.refuses_mail
    assert verdicts(look)["dmarc-missing"] is Verdict.FAIL
    assert "mta-sts-missing" not in verdicts(look)


def test_a_domain_that_does_not_exist_is_refused_and_a_failing_resolver_is_silent():
    [gone] = hosts("gone.example")
    assert (gone.domain, gone.services, gone.refused_ports, gone.reached) == ("gone.example", (), (53,), True)
    [unknown] = hosts("gone.example", rcode=dns.rcode.SERVFAIL)
    assert (unknown.refused_ports, unknown.reached) == ((), False)


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED], ids=["servfail", "refused"])
def test_a_failing_resolver_leaves_everything_unknown(rcode):
    [look] = look_at(DOMAIN, f"www.{DOMAIN}", rcode=rcode)
    assert (look.answer, look.reason) == (Answer.SILENT, "the resolvers failed")
    assert set(verdicts(look).values()) == {Verdict.UNKNOWN}


def test_a_resolver_that_cannot_be_used_leaves_everything_unknown():
    [look] = look_through("not-an-address", DOMAIN)
    assert look.reason == "the resolver cannot be used"
    assert set(verdicts(look).values()) == {Verdict.UNKNOWN}


def test_a_stop_ends_the_questions_at_once_however_long_the_resolver_takes():
    stop = StopSignal()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.77.0.54", 0))
        threading.Timer(0.1, stop.set, ("test",)).start()
        address, port = mute.getsockname()
        assert look_through(f"{address}:{port}", DOMAIN, stop=stop) == ()


def test_a_record_that_leads_to_itself_ends():
    [look] = look_at(DOMAIN, zone={DOMAIN: (f'TXT "v=spf1 include:{DOMAIN} include:{DOMAIN} -all"',)})
    assert look.facts.domain.spf.fault == "more than 10 lookups"


def test_a_name_that_leads_to_nothing_is_judged_although_it_is_no_domain():
    zone = ZONE | {
        f"old.{DOMAIN}": ("-> portail.azurewebsites.net",),
        "azurewebsites.net": ("SOA a.example. b.example. 1 1 1 1 1",),
    }
    old, www = hosts(f"old.{DOMAIN}", f"www.{DOMAIN}", zone=zone)
    [service] = old.services
    assert verdicts(service)["dns-dangling-alias"] is Verdict.FAIL
    assert "spf-missing" not in {slug for slug, verdict in verdicts(service).items() if verdict is Verdict.FAIL}
    assert www.services == ()


def test_keys_of_the_mail_are_found_and_a_missing_branch_is_asked_once():
    key = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    zone = ZONE | {f"_domainkey.{DOMAIN}": (), f"selector1._domainkey.{DOMAIN}": (f'TXT "{key}"',)}
    [look] = look_at(DOMAIN, zone=zone)
    assert [found.selector for found in look.facts.domain.dkim] == ["selector1"]
    [look] = look_at(DOMAIN)
    assert look.facts.domain.dkim == ()


def test_a_mail_host_and_a_name_server_without_address_are_told():
    zone = {name: records for name, records in ZONE.items() if name not in {f"mx.{DOMAIN}", f"ns.{DOMAIN}"}}
    [look] = look_at(DOMAIN, zone=zone)
    failed = {slug for slug, verdict in verdicts(look).items() if verdict is Verdict.FAIL}
    assert failed >= {"mail-host-missing", "dns-name-server-missing"}


class Everything(dict):
    """A resolver that gives an address for whatever it is asked, as those that sell advertisements do."""

    def __contains__(self, name):
        return True

    def __getitem__(self, name):
        return ("127.77.0.66",)


def test_a_resolver_that_lies_leaves_everything_unknown():
    [look] = look_at(DOMAIN, zone=Everything())
    assert (look.answer, look.reason) == (Answer.SILENT, "the resolvers answer for names that cannot exist")
    assert set(verdicts(look).values()) == {Verdict.UNKNOWN}
    with resolving(Everything()) as resolver:
        [led] = asyncio.run(resolve_all(["www.valombre.example"], (resolver,)))
    assert (led.known, led.addresses) == (False, ())


def test_an_answer_to_another_question_is_not_heard():
    """Somebody who guesses the number of a question, and not its words, changes nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as liar:
        liar.bind(("127.77.0.55", 0))

        def lie() -> None:
            wire, sender = liar.recvfrom(4096)
            query = dns.message.from_wire(wire)
            other = dns.message.make_response(dns.message.make_query("other.example", "TXT", id=query.id))
            liar.sendto(other.to_wire(), sender)
            told = dns.message.make_response(query)
            told.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", '"right"'))
            liar.sendto(told.to_wire(), sender)

        thread = threading.Thread(target=lie, daemon=True)
        thread.start()

        async def ask():
            async with Run(resolver_of((f"127.77.0.55:{liar.getsockname()[1]}",))) as run:
                return await Names(run).ask("TXT", "chu.example")

        assert asyncio.run(ask()) == ("right",)
        thread.join(5)


def test_without_a_name_no_resolver_is_spoken_to():
    stop = StopSignal()
    gate = Gate(Scope([mandate()]), stop, free_pace(), lambda: NOW)
    assert look_at_domains((), gate=gate, stop=stop, resolvers=("192.0.2.53",), seconds=1) == ()
