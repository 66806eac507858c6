"""Names: resolved within the mandate, followed when they move, unknown when the resolvers fail."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dns.message
import dns.rcode
import dns.rrset
import pytest

from tests.factories import AssetFactory
from vigie.apps.findings.models import Finding
from vigie.apps.observatory.actions import compute, establishments
from vigie.apps.observatory.models import Level
from vigie.apps.scans.models import Look, Service
from vigie.apps.scans.recording import record_host
from vigie.engine.facts import Answer, Facts, FtpFacts, HostLook, HttpFacts, PortState, ServiceLook, Transport
from vigie.probes import resolve as resolving
from vigie.probes import resolver_socket

DAY = timedelta(days=1)


class Names:
    """A resolver whose answers a test can change: name -> addresses, or None to fail; `invented` for all others."""

    def __init__(self) -> None:
        self.known: dict[str, list[str] | None] = {}
        self.invented: list[str] = []
        self.then: dict[str, list[str]] = {}  # what a name leads to once it was asked
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.62.6.53", 0))
        self.where = f"127.62.6.53:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                data, peer = self._socket.recvfrom(2048)
            except OSError:
                return
            if not data:
                return
            self._socket.sendto(self._answer(dns.message.from_wire(data)).to_wire(), peer)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True)
        found = self.known.get(name, self.invented)
        if question.rdtype == dns.rdatatype.A and name in self.then:
            self.known[name] = self.then.pop(name)
        if found is None:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found and question.rdtype == dns.rdatatype.A:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", *found))
        return answer

    def stop(self) -> None:
        if self._socket.fileno() < 0:
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())
        self._socket.close()


@pytest.fixture
def names(world) -> Iterator[Names]:
    served = Names()
    world.resolvers = (served.where,)
    yield served
    served.stop()


def test_a_name_brings_its_address_only_inside_the_mandate(world, names, ftp):
    inside, outside = ftp("127.62.6.1"), ftp("127.62.6.2")
    AssetFactory(establishment=world.establishment, kind="domain", value="ftp.valmorne.example")
    AssetFactory(establishment=world.establishment, kind="domain", value="blog.valmorne.example")
    AssetFactory(establishment=world.establishment, kind="range", value="127.62.6.0/31")
    names.known = {"ftp.valmorne.example": ["127.62.6.1"], "blog.valmorne.example": ["127.62.6.2"]}
    shard = world.look().shards.get()
    assert outside.connections == 0
    assert inside.connections > 0
    assert shard.names == {"ftp.valmorne.example": "", "blog.valmorne.example": "leads outside the mandate"}
    assert shard.unlooked["a name leads outside the mandate"] == 1
    assert Look.objects.get(address="127.62.6.1").names == ["ftp.valmorne.example"]
    compute(subjects=establishments([world.establishment.pk]), now=world.now)
    level = Level.objects.get()
    assert (level.known, level.total) == (2, 3)  # a host and its service; the blog is unknown


def test_a_resolver_that_fails_is_unknown(world, names):
    AssetFactory(establishment=world.establishment, kind="domain", value="www.valmorne.example")
    names.known = {"www.valmorne.example": None}
    shard = world.look().shards.get()
    assert shard.names == {"www.valmorne.example": "the resolvers failed"}
    assert (shard.state, shard.unlooked) == (
        "done",
        {"a name did not resolve: the resolvers failed": 1},
    )


def test_a_range_too_large_for_one_look_is_told(world, names, ftp):
    ftp("127.62.6.3")
    world.declare("127.62.6.3")
    AssetFactory(establishment=world.establishment, kind="range", value="127.63.0.0/16")
    shard = world.look().shards.get()
    assert (shard.hosts, shard.unlooked) == (1, {"a range of more than 1024 addresses": 1})


class Web(ThreadingHTTPServer):
    """A site on one address that notes under which names it was asked for."""

    daemon_threads = True

    def __init__(self, address: str, port: int = 0) -> None:
        super().__init__((address, port), _Page)
        self.hosts: set[str] = set()
        self.visits = 0
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def process_request(self, request, client_address):
        self.visits += 1
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        """Whoever leaves early is part of the tests."""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.hosts.add(self.headers["Host"].partition(":")[0])
        self.send_response(200)
        self.send_header("Content-Length", str(len(LISTING)))
        self.end_headers()
        self.wfile.write(LISTING)

    def log_message(self, *_):
        """Tests keep quiet."""


WWW = "www.valmorne.example"
LISTING = b"<html><head><title>Index of /</title></head><body><h1>Index of /</h1><a href='../'>..</a></body></html>"


@pytest.fixture
def site(world, names) -> Iterator[Web]:
    """A site that was looked at once under its name."""
    web = Web("127.62.6.21")
    AssetFactory(establishment=world.establishment, kind="domain", value=WWW)
    world.declare("127.62.6.21")
    names.known[WWW] = ["127.62.6.21"]
    world.look(ports=(web.server_port,))
    assert WWW in web.hosts
    yield web
    web.shutdown()
    web.server_close()


def _rewriting(names: Names) -> None:
    names.known, names.invented = {}, ["127.62.6.66"]


def _inside(names: Names) -> None:
    names.known[WWW] = ["10.1.2.3"]


def _failing(names: Names) -> None:
    names.known[WWW] = None


def _down(names: Names) -> None:
    names.stop()


#   how the resolver goes wrong -> why the name is unknown
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        pytest.param(_rewriting, "the resolvers answer for names that cannot exist", id="invents-names"),
        pytest.param(
            _inside, "the resolvers give an address inside a network for a public name", id="gives-a-private-address"
        ),
        pytest.param(_failing, "the resolvers failed", id="fails"),
        pytest.param(_down, "the resolvers did not answer in time", id="is-down"),
    ],
)
def test_a_resolver_that_lies_or_is_down_is_unknown_and_closes_nothing_however_often(
    world, names, site, wrong, reason, monkeypatch
):
    monkeypatch.setattr(resolving, "LIFETIME_SECONDS", 0.2)
    monkeypatch.setattr(resolver_socket, "WAIT_SECONDS", 0.05)
    before = set(Finding.objects.values_list("pk", "state"))
    assert before
    wrong(names)
    for _ in range(2):
        shard = world.look(after=DAY, ports=(site.server_port,)).shards.get()
        assert shard.names == {WWW: reason}
        assert shard.unlooked[f"a name did not resolve: {reason}"] >= 1
    assert set(Finding.objects.values_list("pk", "state")) == before
    by_name = Service.objects.get(name=WWW)
    assert (by_name.ended_at, by_name.absences) == (None, 0)


def test_a_name_that_leads_elsewhere_for_good_ends_after_two_looks_a_day_apart(world, names, site):
    names.known[WWW] = ["127.62.6.22"]
    world.declare("127.62.6.22")
    for _ in range(2):
        world.look(after=timedelta(hours=25), ports=(site.server_port,))
    assert not Service.objects.current().filter(name=WWW, address="127.62.6.21").exists()


def test_a_name_that_moves_to_a_stranger_between_the_plan_and_the_contact_is_not_contacted(world, names, site):
    """What the name led to when the look was planned is not what decides: it is asked again at the contact."""
    stranger = Web("127.62.6.23", site.server_port)
    site.hosts.clear()
    visits = site.visits
    names.then[WWW] = ["127.62.6.23"]
    world.look(after=DAY, ports=(site.server_port,))
    assert names.known[WWW] == ["127.62.6.23"]
    assert stranger.visits == 0
    assert site.visits > visits
    assert WWW not in site.hosts
    stranger.shutdown()
    stranger.server_close()


def test_a_name_in_another_alphabet_is_looked_at_under_its_own_wire_form(world, names, site):
    AssetFactory(establishment=world.establishment, kind="domain", value="xn--hpital-valmorne-mub.example")
    names.known["xn--hpital-valmorne-mub.example"] = ["127.62.6.21"]
    world.look(after=DAY, ports=(site.server_port,))
    assert "xn--hpital-valmorne-mub.example" in site.hosts


WEB = HttpFacts(200, "nginx/1.28.0", "Portail", None, (), (), False, False, 10, "a" * 64)


def seen(
    world, *names: str | None, service: str = "http", asked: tuple[str, ...] = ("www.valmorne.example",)
) -> HostLook:
    """One host whose port 8080 answered, by address (None) and under these names."""
    facts = Facts(http=WEB) if service == "http" else Facts(ftp=FtpFacts("220", ("AUTH TLS",), True))
    services = tuple(
        ServiceLook(
            "127.62.6.9", 8080, Transport.TCP, name, PortState.OPEN, Answer.ANSWERED, service, "", world.now, facts
        )
        for name in names
    )
    return HostLook("127.62.6.9", asked, world.now, world.now, services)


#   what the second look brings -> names of the services that were not seen any more
@pytest.mark.parametrize(
    ("names_seen", "asked", "moved", "service", "gone"),
    [
        pytest.param([None, "www.valmorne.example"], ["www.valmorne.example"], [], "http", [], id="still-there"),
        pytest.param([None], [], ["www.valmorne.example"], "http", ["www.valmorne.example"], id="moved-elsewhere"),
        pytest.param([None], [], [], "http", [], id="not-asked-or-not-resolved"),
        pytest.param([None], ["www.valmorne.example"], [], "ftp", ["www.valmorne.example"], id="no-web-any-more"),
    ],
)
def test_a_service_under_a_name_that_is_not_seen_again(world, names_seen, asked, moved, service, gone):
    shard = world.look().shards.get()
    record_host(shard=shard, host=seen(world, None, "www.valmorne.example"), moved=frozenset(), now=world.now)
    world.now += DAY
    again = world.look().shards.get()
    host = seen(world, *names_seen, service=service, asked=tuple(asked))
    record_host(shard=again, host=host, moved=frozenset(moved), now=world.now)
    look = Look.objects.get(shard=again)
    assert [absent["name"] for absent in look.absent] == gone
    assert Service.objects.current().filter(name="www.valmorne.example").count() == 1
