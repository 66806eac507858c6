"""Tokens of ownership, asked of a real DNS server and of real web servers, lying ones among them."""

import asyncio
from datetime import timedelta

import dns.rcode
import pytest

from vigie.probes.ownership import PATH, Shown, in_dns, in_file, record_name
from vigie.probes.scope import MandateKind
from vigie.probes.stop import StopSignal

from .certificates import certificate, context
from .conftest import HURRIED, NOW, free_pace, settings
from .dns_server import resolving
from .servers import answers, endless, listening, page, resets, silent, site

TOKEN = "0f" * 20
SHOWN = f"vigie-proof={TOKEN}"
NAME = "valombre.example"


def ask_dns(records, kind="domain", value=NAME, **options):
    with resolving(records, **options) as resolver:
        return asyncio.run(in_dns(kind, value, TOKEN, resolvers=(resolver,)))


def test_the_record_proves_the_domain():
    assert ask_dns({f"_vigie-proof.{NAME}": (f'TXT "{SHOWN}"',)}).shown is Shown.YES


def test_the_record_may_stand_beside_others_and_in_pieces():
    texts = ('TXT "something else"', f'TXT "{SHOWN[:10]}" "{SHOWN[10:]}"')
    assert ask_dns({f"_vigie-proof.{NAME}": texts}).shown is Shown.YES


@pytest.mark.parametrize(
    "records",
    [
        pytest.param({}, id="nothing"),
        pytest.param({NAME: (f'TXT "{SHOWN}"',)}, id="at-another-name"),
        pytest.param({f"_vigie-proof.{NAME}": (f'TXT "vigie-proof={"1e" * 20}"',)}, id="another-token"),
        pytest.param({f"_vigie-proof.{NAME}": (f'TXT "x {SHOWN}"',)}, id="inside-a-longer-text"),
    ],
)
def test_an_answer_without_the_token_is_a_no(records):
    assert ask_dns(records).shown is Shown.NO


def test_a_failing_resolver_is_unknown_not_a_missing_record():
    found = ask_dns({f"_vigie-proof.{NAME}": (f'TXT "{SHOWN}"',)}, rcode=dns.rcode.SERVFAIL)
    assert (found.shown, found.told) == (Shown.UNKNOWN, "the resolvers failed")


def test_a_range_is_proved_in_its_reverse_zone():
    zone = "_vigie-proof.113.0.203.in-addr.arpa"
    assert record_name("range", "203.0.113.0/24") == zone
    assert ask_dns({zone: (f'TXT "{SHOWN}"',)}, "range", "203.0.113.0/24").shown is Shown.YES
    assert record_name("range", "203.0.113.0/28") is None


def ask_file(server, kind="domain", value=NAME, *, led=("127.77.0.1",), secure=False, among=MandateKind.LABORATORY,
             stop=None, clock=lambda: NOW, **changes):  # fmt: skip
    closed = 9  # nobody listens there on this network
    ports = (server.port, closed) if secure else (closed, server.port)
    with resolving({NAME: led}) as resolver:
        return asyncio.run(
            in_file(
                kind, value, TOKEN, reference="test:proof:1", asked_by="Aline", among=among, ports=ports, clock=clock,
                settings=settings(HURRIED, resolvers=(resolver,), **changes),
                stop=stop or StopSignal(),
                pace=free_pace(),
            )
        )  # fmt: skip


def test_the_file_proves_the_domain_and_the_machine_that_served_it():
    with listening(site({PATH: page(f"{SHOWN}\n".encode())})) as server:
        found = ask_file(server)
        assert (found.shown, found.place) == (Shown.YES, "127.77.0.1")


def test_the_file_is_read_over_tls_even_with_a_certificate_that_nobody_vouches_for(tmp_path):
    made = context(tmp_path, certificate())

    def over_tls(connection):
        with made.wrap_socket(connection, server_side=True) as line:
            line.recv(4096)
            line.sendall(page(SHOWN.encode()))

    with listening(over_tls) as server:
        assert ask_file(server, secure=True).shown is Shown.YES


def test_the_file_of_an_address_is_asked_of_that_address():
    with listening(site({PATH: page(SHOWN.encode())})) as server:
        assert ask_file(server, "address", "127.77.0.1").shown is Shown.YES


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        pytest.param(answers(page(b"<h1>Welcome</h1>" + SHOWN.encode())), "something else", id="page-around-the-token"),
        pytest.param(answers(page(SHOWN.encode(), status="404 Not Found")), "answered 404", id="token-in-an-error"),
        pytest.param(
            answers(page(b"", "Location: https://elsewhere.example/", status="302 Found")), "answered 302",
            id="sends-elsewhere",
        ),
        pytest.param(answers(page(b"vigie-proof=" + b"1e" * 20)), "something else", id="another-token"),
        pytest.param(answers(page(SHOWN.encode() * 90)), "something else", id="longer-than-we-read"),
    ],
)  # fmt: skip
def test_a_lying_web_server_proves_nothing(lie, told):
    with listening(lie) as server:
        found = ask_file(server)
    assert found.shown is Shown.NO
    assert told in found.told


@pytest.mark.parametrize("bad", [silent, resets, endless(b"x"), answers(b"\x00\xff nonsense\r\n\r\n")])
def test_a_server_that_cannot_be_read_is_unknown(bad):
    with listening(bad) as server:
        assert ask_file(server).shown is Shown.UNKNOWN


def test_one_get_is_sent_and_no_more():
    heard = []

    def note(connection):
        heard.append(connection.recv(4096))
        connection.sendall(page(SHOWN.encode()))

    with listening(note) as server:
        ask_file(server)
        assert server.connections == 1
    (asked,) = heard
    assert asked.startswith(f"GET {PATH} HTTP/1.1\r\nHost: {NAME}:{server.port}\r\nUser-Agent: Vigie".encode())
    assert asked.count(b"GET ") == 1


@pytest.mark.parametrize("led", ["127.77.0.1", "10.0.0.8", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_a_name_that_leads_inside_a_network_is_not_followed(led):
    with listening(site({PATH: page(SHOWN.encode())})) as server:
        found = ask_file(server, led=(led,), among=MandateKind.ESTABLISHMENT)
        assert (found.shown, found.told) == (Shown.NO, "the name leads to no public address")
        assert not server.connections


def test_the_emergency_stop_ends_this_too():
    stop = StopSignal()
    stop.set()
    with listening(site({PATH: page(SHOWN.encode())})) as server:
        assert ask_file(server, stop=stop).shown is not Shown.YES
        assert not server.connections


def test_the_leave_lasts_a_minute():
    moments = iter([NOW, *[NOW + timedelta(minutes=2)] * 10])
    with listening(site({PATH: page(SHOWN.encode())})) as server:
        assert ask_file(server, clock=lambda: next(moments)).shown is Shown.UNKNOWN
        assert not server.connections


def test_a_name_without_address_is_told():
    with listening() as server:
        assert ask_file(server, led=("MX 10 mail.valombre.example.",)).told == "the name leads to no address"
