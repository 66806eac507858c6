"""Mail hosts and their policy, as a sender meets them: real servers and resolver, and only what a mandate covers."""

import hashlib
from contextlib import ExitStack, suppress
from ipaddress import ip_network

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vigie.engine.checks import judge_all
from vigie.engine.names import DnssecState, StsMode
from vigie.engine.outcome import Verdict
from vigie.probes.domain import look_at_domains
from vigie.probes.gate import Gate
from vigie.probes.mail_hosts import POLICY_PATH, MailHosts
from vigie.probes.scope import Scope
from vigie.probes.stop import StopSignal

from .certificates import certificate, context
from .conftest import NOW, free_pace, mandate, settings
from .dns_server import resolving
from .servers import listening, page, site

DOMAIN, HOST = "valombre.example", "mx.valombre.example"
LEAF = certificate(HOST, dns=HOST)
POLICY = f"version: STSv1\r\nmode: enforce\r\nmx: {HOST}\r\nmax_age: 86400\r\n"
HERE, THERE = "127.77.0.2", "127.78.0.2"


def spki(leaf):
    data = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(data).hexdigest()


def mail(made, *, offers=True):
    def handle(connection):
        connection.sendall(b"220 mx ESMTP\r\n")
        while data := connection.recv(1024):
            if data.startswith(b"EHLO"):
                connection.sendall(b"250-mx\r\n250 STARTTLS\r\n" if offers else b"250-mx\r\n250 SIZE\r\n")
            elif data.startswith(b"STARTTLS"):
                connection.sendall(b"220 go\r\n")
                with suppress(OSError), made.wrap_socket(connection, server_side=True) as secure:
                    secure.recv(1024)
                return
            else:
                return

    return handle


def secured(made, handler):
    def handle(connection):
        with suppress(OSError), made.wrap_socket(connection, server_side=True) as secure:
            handler(secure)

    return handle


@pytest.fixture
def looked(tmp_path):
    """Look at the domain; the records beside its own, the leaf of its mail host, and what its policy says."""

    def act(*, records=(), tlsa=(), leaf=LEAF, offers=True, policy=POLICY, address=HERE, **changes):
        zone = {
            DOMAIN: (f"MX 10 {HOST}.", *records),
            HOST: (address,),
            f"_25._tcp.{HOST}": tuple(f"TLSA {one}" for one in tlsa),
            f"mta-sts.{DOMAIN}": (HERE,),
        }
        if policy is not None:
            zone[f"_mta-sts.{DOMAIN}"] = ('TXT "v=STSv1; id=1"',)
        shown = certificate(f"mta-sts.{DOMAIN}", dns=f"mta-sts.{DOMAIN}")
        pages = {POLICY_PATH: page(policy.encode(), "Content-Type: text/plain")} if policy else {}
        with ExitStack() as stack:
            resolver = stack.enter_context(resolving(zone))
            (tmp_path / "site").mkdir(exist_ok=True)
            server = stack.enter_context(listening(mail(context(tmp_path, leaf), offers=offers), address=address))
            web = stack.enter_context(listening(secured(context(tmp_path / "site", shown), site(pages)), address=HERE))
            stop = StopSignal()
            gate = Gate(Scope([mandate(**changes)]), stop, free_pace(), lambda: NOW)
            hosts = MailHosts(gate, settings(), smtp_port=server.port, https_port=web.port)
            [host] = look_at_domains([DOMAIN], gate=gate, stop=stop, resolvers=(resolver,), seconds=5.0, mail=hosts)
        [service] = host.services
        failed = {one.check for one in judge_all(service) if one.verdict is Verdict.FAIL}
        return service.facts.domain, failed & {"mta-sts-broken", "mail-certificate-refused", "dane-unsigned"}, server

    return act


def test_a_host_that_keeps_an_enforced_policy_is_met_as_a_sender_meets_it(looked):
    domain, failed, server = looked()
    [seen] = domain.mail_servers
    assert (seen.host, seen.asked, seen.starttls, seen.reason) == (HOST, True, True, "")
    assert (seen.tls.server_name, seen.tls.name_matches, seen.tls.certificate.names[0]) == (HOST, True, HOST)
    assert (domain.sts_policy.mode, domain.sts_policy.patterns) == (StsMode.ENFORCE, (HOST,))
    assert (failed, server.connections) == (set(), 1)


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        pytest.param({"leaf": certificate(HOST)}, {"mail-certificate-refused"}, id="another-name"),
        pytest.param({"leaf": certificate(HOST, HOST, dns=HOST)}, {"mail-certificate-refused"}, id="self-signed"),
        pytest.param({"offers": False}, {"mail-certificate-refused"}, id="no-starttls"),
        pytest.param({"policy": POLICY.replace(f"mx: {HOST}", "mx: mx2.a.example")}, {"mta-sts-broken"}, id="left-out"),
        pytest.param({"policy": POLICY.replace("enforce", "testing")}, {"mta-sts-broken"}, id="testing"),
        pytest.param({"policy": "<h1>Bienvenue</h1>"}, {"mta-sts-broken"}, id="a-page-in-its-place"),
        pytest.param({"policy": ""}, {"mta-sts-broken"}, id="404"),
        pytest.param({"policy": None, "leaf": certificate(HOST, HOST)}, set(), id="nothing-published-binds-nobody"),
    ],
)
def test_a_policy_and_its_hosts_are_held_to_each_other(changes, failed, looked):
    assert looked(**changes)[1] == failed


@pytest.mark.parametrize(
    ("tlsa", "kept"),
    [
        pytest.param(f"3 1 1 {spki(LEAF)}", True, id="the-key-that-is-shown"),
        pytest.param(f"3 1 1 {'0' * 64}", False, id="another-key"),
        pytest.param(f"1 1 1 {'0' * 64}", None, id="of-a-kind-that-does-not-count"),
    ],
)
def test_a_record_is_compared_with_the_certificate_that_is_shown(tlsa, kept, looked):
    domain, failed, _ = looked(tlsa=[tlsa], policy=None)
    [seen] = domain.mail_servers
    assert (seen.tlsa_kept, seen.tlsa_signed) == (kept, DnssecState.UNSIGNED)
    assert failed == {"dane-unsigned"}  # without signatures, no sender refuses anything for it


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"address": THERE}, "outside the mandate", id="the-address-of-a-provider"),
        pytest.param(
            {"names": frozenset({"www.valombre.example"})}, "name outside the mandate", id="the-name-of-a-provider"
        ),
        pytest.param(
            {"exclusions": (ip_network(f"{HERE}/32"),)}, "excluded by the mandate (127.77.0.2/32)", id="excluded"
        ),
    ],
)
def test_a_mail_host_outside_the_mandate_is_never_contacted(changes, reason, looked):
    domain, failed, server = looked(**changes)
    [seen] = domain.mail_servers
    assert (seen.asked, seen.reason, seen.starttls) == (False, reason, None)
    assert (failed, server.connections) == (set(), 0)


def test_a_domain_that_refuses_all_mail_has_no_mail_host_to_ask():
    with resolving({DOMAIN: ("MX 0 .",)}) as resolver:
        stop = StopSignal()
        gate = Gate(Scope([mandate()]), stop, free_pace(), lambda: NOW)
        hosts = MailHosts(gate, settings())
        [host] = look_at_domains([DOMAIN], gate=gate, stop=stop, resolvers=(resolver,), seconds=5.0, mail=hosts)
    domain = host.services[0].facts.domain
    assert (domain.refuses_mail, domain.mail_servers) == (True, ())
