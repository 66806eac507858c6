import asyncio

import dns.rcode
import pytest

from vigie.probes import resolve as resolving_module
from vigie.probes.resolve import resolve, resolve_all
from vigie.probes.scope import MandateKind, Scope
from vigie.probes.targets import RangeTooLarge, expand, find_targets

from .conftest import NOW, ip_network, mandate
from .dns_server import resolving

NAMES = {
    "www.valombre.example": ("-> web.valombre.example",),
    "web.valombre.example": ("127.77.0.1", "::1"),
    "mail.valombre.example": ("127.77.0.1",),
    "text.valombre.example": ("::1",),
    "ailleurs.valombre.example": ("127.78.0.1",),
}


def test_a_name_tells_its_addresses_and_its_aliases():
    with resolving(NAMES) as resolver:
        found = asyncio.run(resolve("www.valombre.example", (resolver,)))
    assert found.addresses == ("127.77.0.1", "::1")
    assert found.aliases == ("web.valombre.example",)
    assert found.known


def test_a_name_that_does_not_exist_is_known_to_lead_nowhere():
    with resolving(NAMES) as resolver:
        found = asyncio.run(resolve("gone.valombre.example", (resolver,)))
    assert (found.addresses, found.known) == ((), True)


CIRCLE = {"a.valombre.example": ("-> b.valombre.example",), "b.valombre.example": ("-> a.valombre.example",)}
CHAIN = {f"n{i}.valombre.example": (f"-> n{i + 1}.valombre.example",) for i in range(30)}


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        pytest.param(CIRCLE, "a.valombre.example", id="in-a-circle"),
        pytest.param(CHAIN | {"n30.valombre.example": ("127.77.0.1",)}, "n0.valombre.example", id="of-thirty-steps"),
    ],
)
def test_aliases_without_end_are_unknown_not_a_name_without_address(zone, name):
    with resolving(zone) as resolver:
        found = asyncio.run(resolve(name, (resolver,)))
    assert (found.known, found.addresses) == (False, ())
    assert found.reason == "the resolvers failed"


def test_aliases_of_a_few_steps_lead_to_all_the_addresses_of_their_end():
    zone = {name: CHAIN[name] for name in list(CHAIN)[:6]} | {
        "n6.valombre.example": ("127.77.0.1", "127.77.0.2", "::1")
    }
    with resolving(zone) as resolver:
        found = asyncio.run(resolve("n0.valombre.example", (resolver,)))
    assert set(found.addresses) == {"127.77.0.1", "127.77.0.2", "::1"}  # a server gives them in any order
    assert found.aliases == tuple(f"n{i}.valombre.example" for i in range(1, 7))


class ParkedSuffix(dict):
    """A resolver that sells the mistyped names of one suffix, and leaves the others alone."""

    def __contains__(self, name):
        return name.endswith(".com") or super().__contains__(name)

    def __getitem__(self, name):
        return ("127.77.0.66",) if name.endswith(".com") else super().__getitem__(name)


def test_a_resolver_that_only_rewrites_what_is_sold_is_found_out():
    with resolving(ParkedSuffix(NAMES)) as resolver:
        [led] = asyncio.run(resolve_all(["www.valombre.example"], (resolver,)))
    assert (led.known, led.addresses) == (False, ())


#   address that a public name leads to -> is it believed?
@pytest.mark.parametrize(
    ("address", "kind", "believed"),
    [
        ("10.1.2.3", MandateKind.ESTABLISHMENT, False), ("10.1.2.3", MandateKind.LOCAL, True),
        ("127.0.0.1", MandateKind.ESTABLISHMENT, False), ("127.0.0.1", MandateKind.LABORATORY, True),
        ("169.254.1.1", MandateKind.LOCAL, False), ("0.0.0.0", MandateKind.ESTABLISHMENT, False),
        ("100.64.0.1", MandateKind.ESTABLISHMENT, False), ("fd00::1", MandateKind.ESTABLISHMENT, False),
        ("203.0.113.7", MandateKind.ESTABLISHMENT, True), ("9.9.9.9", MandateKind.LABORATORY, True),
    ],
)  # fmt: skip
def test_an_address_inside_a_network_is_believed_only_where_a_mandate_is_of_that_network(address, kind, believed):
    with resolving({"www.valombre.example": (address,)}) as resolver:
        found = find_targets(
            addresses=(), names=["www.valombre.example"], ports=(443,), scope=Scope([mandate(kind=kind)]),
            resolvers=(resolver,), now=NOW,
        )  # fmt: skip
    assert [one.known for one in found.resolutions] == [believed]
    assert believed or found.targets == found.outside == ()


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED], ids=["servfail", "refused"])
def test_a_failing_resolver_is_unknown_with_its_reason(rcode):
    with resolving(NAMES, rcode=rcode) as resolver:
        found = asyncio.run(resolve("www.valombre.example", (resolver,)))
    assert (found.known, found.reason) == (False, "the resolvers failed")


def test_a_silent_resolver_is_unknown_with_its_reason(monkeypatch):
    monkeypatch.setattr(resolving_module, "LIFETIME_SECONDS", 0.1)
    found = asyncio.run(resolve("www.valombre.example", ("127.77.0.99:9",)))
    assert not found.known


@pytest.mark.parametrize("name", ["", "a..b", "x" * 64 + ".example", "é" * 70])
def test_what_cannot_be_a_name_is_unknown_not_a_crash(name):
    with resolving(NAMES) as resolver:
        assert not asyncio.run(resolve(name, (resolver,))).addresses


def test_a_resolver_that_is_not_an_address_is_told():
    found = asyncio.run(resolve("a.example", ("not-an-address",)))
    assert found.reason.startswith("the resolver cannot be used")


def test_many_names_are_resolved_in_their_order():
    with resolving(NAMES) as resolver:
        found = asyncio.run(resolve_all(NAMES, (resolver,)))
    assert [resolution.name for resolution in found] == list(NAMES)


def targets(addresses=(), names=(), **changes):
    with resolving(NAMES) as resolver:
        return find_targets(
            addresses=addresses,
            names=names,
            ports=(443,),
            scope=Scope([mandate(**changes)]),
            resolvers=(resolver,),
            now=NOW,
        )


def test_names_join_the_addresses_that_they_lead_to():
    found = targets(["127.77.0.1", "127.77.0.2"], ["www.valombre.example", "mail.valombre.example"])
    names = {target.address: target.names for target in found.targets}
    assert names["127.77.0.1"] == ("www.valombre.example", "mail.valombre.example")
    assert names["127.77.0.2"] == ()


def test_an_address_that_a_name_leads_to_outside_the_mandate_is_reported_and_no_target():
    found = targets(["127.77.0.1"], ["ailleurs.valombre.example"])
    assert found.outside == (("ailleurs.valombre.example", "127.78.0.1"),)
    assert [target.address for target in found.targets] == ["127.77.0.1"]


def test_a_closed_window_does_not_make_an_address_someone_elses():
    found = targets([], ["mail.valombre.example"], excluded_ports=frozenset({443}))
    assert found.outside == ()


@pytest.mark.parametrize(("network", "count"), [("203.0.113.0/28", 16), ("203.0.113.7/32", 1), ("2001:db8::/126", 4)])
def test_a_small_range_is_every_address_of_it(network, count):
    assert len(expand(ip_network(network))) == count


@pytest.mark.parametrize("network", ["203.0.0.0/21", "0.0.0.0/0", "2001:db8::/64"])
def test_a_large_range_is_refused_before_it_is_written_out(network):
    with pytest.raises(RangeTooLarge):
        expand(ip_network(network))
