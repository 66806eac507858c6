"""Signatures: from what the parent holds, through the keys, to the start of the zone."""

from datetime import timedelta

import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from vigie.engine.names import DnssecState
from vigie.engine.outcome import Verdict
from vigie.probes import dnssec

from .conftest import NOW
from .test_domain import DOMAIN, ZONE, look_at, verdicts


class Signed:
    """A domain with one key, its fingerprint at the parent, and the signature of its keys."""

    def __init__(self) -> None:
        self.name = dns.name.from_text(DOMAIN)
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.key = dns.dnssec.make_dnskey(
            self.private.public_key(), dns.dnssectypes.Algorithm.ECDSAP256SHA256, flags=257
        )
        self.keys = dns.rrset.from_rdata(self.name, 60, self.key)
        self.parent = dns.rrset.from_rdata(self.name, 60, dns.dnssec.make_ds(self.name, self.key, "SHA256"))

    def signatures(self, *, until=NOW + timedelta(days=5)):
        made = dns.dnssec.sign(
            self.keys, self.private, self.name, self.key, inception=NOW - timedelta(days=30), expiration=until
        )
        return dns.rrset.from_rdata(self.name, 60, made)


def test_a_domain_whose_keys_match_and_are_signed_is_signed():
    one = Signed()
    assert dnssec.state_of(one.parent, one.keys, one.signatures(), NOW).state is DnssecState.SIGNED


def test_another_key_than_the_parents_is_broken():
    one, other = Signed(), Signed()
    found = dnssec.state_of(other.parent, one.keys, one.signatures(), NOW)
    assert (found.state, found.fault) == (DnssecState.BROKEN, dnssec.NO_KEY)


def test_a_signature_past_its_date_is_broken():
    one = Signed()
    ended = one.signatures(until=NOW - timedelta(seconds=1))
    found = dnssec.state_of(one.parent, one.keys, ended, NOW)
    assert found.state is DnssecState.BROKEN
    assert found.fault.endswith(f"it ended on {NOW.date()}")


def test_a_signature_that_a_resolver_hides_proves_nothing():
    one = Signed()
    assert dnssec.state_of(one.parent, one.keys, None, NOW) is None


SOA = "ns.valombre.example. a.valombre.example. 1 1 1 1 1"


def zone_of(one: Signed, *, keys_until=NOW + timedelta(days=5), zone_until=NOW + timedelta(days=5), hidden=()):
    """What a resolver tells of a signed domain; `hidden` are the kinds whose signatures it leaves out."""
    start = dns.rrset.from_text(one.name, 60, "IN", "SOA", SOA)
    signed = dns.dnssec.sign(
        start, one.private, one.name, one.key, inception=NOW - timedelta(days=30), expiration=zone_until
    )
    records = [
        f"DS {one.parent[0].to_text()}", f"DNSKEY {one.key.to_text()}", f"SOA {SOA}",
        f"RRSIG {one.signatures(until=keys_until)[0].to_text()}", f"RRSIG {signed.to_text()}",
    ]  # fmt: skip
    shown = [record for record in records if not any(record.startswith(f"RRSIG {kind}") for kind in hidden)]
    return ZONE | {DOMAIN: (*ZONE[DOMAIN], *shown)}


#   what is published -> state, verdict of "broken", how its reason begins
@pytest.mark.parametrize(
    ("changes", "state", "verdict", "fault"),
    [
        pytest.param({}, DnssecState.SIGNED, Verdict.PASS, "", id="signed"),
        pytest.param(
            {"keys_until": NOW - timedelta(days=1)},
            DnssecState.BROKEN,
            Verdict.FAIL,
            dnssec.KEYS_UNSIGNED,
            id="old-keys",
        ),
        pytest.param(
            {"zone_until": NOW - timedelta(days=1)},
            DnssecState.BROKEN,
            Verdict.FAIL,
            dnssec.ZONE_UNSIGNED,
            id="old-zone",
        ),
        pytest.param({"hidden": ("SOA",)}, None, None, "", id="a-resolver-that-hides-signatures"),
    ],
)
def test_the_whole_chain_is_followed_through_a_resolver(changes, state, verdict, fault):
    [look] = look_at(DOMAIN, zone=zone_of(Signed(), **changes))
    assert look.facts.domain.dnssec is state
    assert look.facts.domain.dnssec_fault.startswith(fault)
    assert verdicts(look).get("dnssec-broken") is verdict


def test_a_fingerprint_of_another_key_is_told_as_such():
    one, other = Signed(), Signed()
    zone = zone_of(one)
    kept = [record for record in zone[DOMAIN] if not record.startswith("DS ")]
    records = (*kept, f"DS {other.parent[0].to_text()}")
    [look] = look_at(DOMAIN, zone=zone | {DOMAIN: records})
    assert (look.facts.domain.dnssec, look.facts.domain.dnssec_fault) == (DnssecState.BROKEN, dnssec.NO_KEY)
