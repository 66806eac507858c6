"""Is a domain signed, and do its signatures hold?"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import dns.asyncresolver
import dns.dnssec
import dns.dnssectypes
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.node
import dns.rdataset
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.DS
import dns.resolver
import dns.rrset

from vigie.engine.names import DnssecState

EDNS_SIZE = 1232
_Algorithm = dns.dnssectypes.Algorithm
# What RFC 8624 asks everyone to check: a failure with one of these is the domain's, not ours.
_CHECKED = {_Algorithm.RSASHA256, _Algorithm.RSASHA512, _Algorithm.ECDSAP256SHA256, _Algorithm.ECDSAP384SHA384}
_CHECKED |= {_Algorithm.ED25519, _Algorithm.ED448}


NO_KEY = "no key of the domain matches what its parent holds"
KEYS_UNSIGNED = "the signature of the keys does not hold"
ZONE_UNSIGNED = "the signature of the zone does not hold"
_PAST = "{}: it ended on {}"


@dataclass(frozen=True, slots=True)
class Signatures:
    state: DnssecState
    fault: str = ""  # why it is broken, a short English clause


async def ask(resolver: dns.asyncresolver.Resolver, domain: str, now: datetime) -> Signatures | None:
    """Follow the signatures from what the parent holds, through the keys, to the start of the zone; None: unknown."""
    # "Checking disabled": a resolver that validates would hide what is broken.
    own = dns.asyncresolver.Resolver(configure=False)
    own.nameservers = resolver.nameservers
    own.timeout, own.lifetime = resolver.timeout, resolver.lifetime
    own.flags = dns.flags.RD | dns.flags.CD
    own.use_edns(0, dns.flags.DO, EDNS_SIZE)
    try:
        parent = await _asked(own, domain, "DS")
        if parent.rrset is None:
            return Signatures(DnssecState.UNSIGNED) if is_denied(parent.response) else None
        keys = await _asked(own, domain, "DNSKEY")
        if keys.rrset is None:
            return None  # a resolver that hides keys proves nothing
        found = state_of(parent.rrset, keys.rrset, _signatures_of(keys), now)
        if found is None or found.state is not DnssecState.SIGNED:
            return found
        zone = await _asked(own, domain, "SOA")
    except (dns.exception.DNSException, OSError, ValueError):
        return None
    if zone.rrset is None:
        return None
    # The keys are often signed once a year by hand, and the zone each week by a machine: that is what stops.
    return _holds(zone.rrset, _signatures_of(zone), keys.rrset, list(keys.rrset), now, ZONE_UNSIGNED)


async def _asked(resolver: dns.asyncresolver.Resolver, domain: str, kind: str) -> dns.resolver.Answer:
    return await resolver.resolve(domain, kind, raise_on_no_answer=False, search=False)


def _signatures_of(answer: dns.resolver.Answer) -> dns.rrset.RRset | None:
    rrset = answer.rrset
    if rrset is None:
        return None
    response = answer.response
    return response.get_rrset(response.answer, rrset.name, rrset.rdclass, dns.rdatatype.RRSIG, rrset.rdtype)


def is_denied(response: dns.message.Message) -> bool:
    """Whether "there is none" comes with the record of the zone that says so, as it must (RFC 2308)."""
    return any(rrset.rdtype == dns.rdatatype.SOA for rrset in response.authority)


def state_of(
    parent: dns.rrset.RRset, keys: dns.rrset.RRset, signatures: dns.rrset.RRset | None, now: datetime
) -> Signatures | None:
    """Whether a key matches what the parent holds, and signed the keys; None when it cannot be told."""
    try:
        entries = [key for key in keys if any(_matches(keys.name, key, fingerprint) for fingerprint in parent)]
    except (dns.exception.DNSException, ValueError):
        return None  # an algorithm that we do not know
    if not entries:
        return Signatures(DnssecState.BROKEN, NO_KEY)
    return _holds(keys, signatures, keys, entries, now, KEYS_UNSIGNED)


def _holds(
    records: dns.rrset.RRset,
    signatures: dns.rrset.RRset | None,
    keys: dns.rrset.RRset,
    entries: list[Any],
    now: datetime,
    fault: str,
) -> Signatures | None:
    """Whether one of these keys signed these records, at this moment; None when it cannot be told."""
    if signatures is None:
        return None
    anchor: dns.rdataset.Rdataset = dns.rrset.from_rdata_list(keys.name, keys.ttl, entries)
    anchors: dict[dns.name.Name, dns.node.Node | dns.rdataset.Rdataset] = {keys.name: anchor}
    try:
        dns.dnssec.validate(records, signatures, anchors, None, now.timestamp())
    except (dns.exception.UnsupportedAlgorithm, ImportError):
        return None
    except dns.exception.ValidationFailure:
        # With an algorithm that we do not check, the failure may be ours.
        checked = all(signature.algorithm in _CHECKED for signature in signatures)
        return Signatures(DnssecState.BROKEN, _fault(signatures, now, fault)) if checked else None
    return Signatures(DnssecState.SIGNED)


def _fault(signatures: dns.rrset.RRset, now: datetime, fault: str) -> str:
    last = max(signature.expiration for signature in signatures)
    if last >= now.timestamp():
        return fault
    return _PAST.format(fault, datetime.fromtimestamp(last, UTC).date().isoformat())


def _matches(name: dns.name.Name, key: dns.rdtypes.ANY.DNSKEY.DNSKEY, fingerprint: dns.rdtypes.ANY.DS.DS) -> bool:
    if (dns.dnssec.key_id(key), key.algorithm) != (fingerprint.key_tag, fingerprint.algorithm):
        return False
    return bool(dns.dnssec.make_ds(name, key, fingerprint.digest_type, validating=True) == fingerprint)
