"""What discovery proposes comes from certificates and resolvers; no packet goes to what it proposes."""

import socket
from datetime import timedelta

import pytest

from tests.factories import AssetFactory, ServiceFactory
from tests.probes.dns_server import resolving
from tests.probes.servers import listening
from vigie.apps.assets.models import Asset, Proposal
from vigie.apps.scans import discovery

pytestmark = pytest.mark.django_db
NAMES = {
    "valmorne.example": ("198.51.100.20", "MX 10 mx.valmorne.example.", "MX 20 mx.hebergeur.example."),
    "9.0.0.127.in-addr.arpa": ("PTR passerelle.valmorne.example.",),
}
CERTIFICATE = {
    "protocol": "TLSv1.3",
    "certificate": {"names": ["vpn.valmorne.example", "*.valmorne.example", "cdn.autre.example", "127.0.0.9"]},
}


@pytest.fixture
def owner():
    owner = AssetFactory(kind="domain", value="valmorne.example").establishment
    AssetFactory(establishment=owner, value="127.0.0.9")
    ServiceFactory(establishment=owner, address="127.0.0.9", port=443, facts={"tls": CERTIFICATE})
    return owner


def discover(owner, now, names=NAMES):
    with resolving(names) as resolver:
        return discovery.discover(establishment_id=owner.pk, resolvers=(resolver,), now=now)


def proposed(owner):
    return set(Proposal.objects.filter(establishment=owner).values_list("value", "source", "told"))


def test_each_source_proposes_what_it_leads_to(owner, now):
    assert discover(owner, now) == 5
    assert proposed(owner) == {
        ("vpn.valmorne.example", "certificate", "127.0.0.9:443"),
        ("198.51.100.20", "dns", "valmorne.example"),
        ("mx.valmorne.example", "mx", "valmorne.example"),
        ("mx.hebergeur.example", "mx", "valmorne.example"),
        ("passerelle.valmorne.example", "reverse_dns", "127.0.0.9"),
    }
    assert discover(owner, now + timedelta(days=1)) == 0


def test_a_resolver_that_fails_proposes_nothing_and_takes_nothing_back(owner, now):
    discover(owner, now)
    assert discover(owner, now, names={}) == 0
    assert len(proposed(owner)) == 5


def test_nothing_that_is_proposed_is_contacted(owner, now, world, monkeypatch):
    """A real server at the proposed address counts its visitors, and every TCP connection of ours is noted."""
    called = []
    connect = socket.socket.connect_ex
    monkeypatch.setattr(socket.socket, "connect_ex", lambda one, to: called.append(to[0]) or connect(one, to))
    with listening(address="127.61.99.99") as server:
        world.declare("127.61.99.98")
        AssetFactory(establishment=world.establishment, kind="domain", value="valombre.example")
        names = {
            "valombre.example": ("127.61.99.99", "MX 10 mx.valombre.example."),
            "mx.valombre.example": ("127.61.99.99",),
        }
        with resolving(names) as resolver:
            discovery.discover(establishment_id=world.establishment.pk, resolvers=(resolver,), now=now)
            world.resolvers = (resolver,)
            world.look(ports=(server.port,))
        assert ("127.61.99.99", "dns", "valombre.example") in proposed(world.establishment)
        assert not Asset.objects.filter(value="127.61.99.99").exists()
        assert server.connections == 0
    assert "127.61.99.99" not in called
    assert "127.61.99.98" in called
