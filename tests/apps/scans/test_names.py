"""Names: resolved within the mandate, followed when they move, unknown when the resolvers fail."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import dns.message
import dns.rcode
import dns.rrset
import pytest

from tests.factories import AssetFactory
from vigie.apps.observatory.actions import compute, establishments
from vigie.apps.observatory.models import Level
from vigie.apps.scans.models import Look, Service
from vigie.apps.scans.recording import record_host
from vigie.engine.facts import Answer, Facts, FtpFacts, HostLook, HttpFacts, PortState, ServiceLook, Transport

DAY = timedelta(days=1)


class Names:
    """A resolver whose answers a test can change: name -> addresses, or None to fail."""

    def __init__(self) -> None:
        self.known: dict[str, list[str] | None] = {}
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
        found = self.known.get(question.name.to_text(omit_final_dot=True), [])
        if found is None:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found and question.rdtype == dns.rdatatype.A:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", *found))
        return answer

    def stop(self) -> None:
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
