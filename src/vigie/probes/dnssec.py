"""Is a domain signed, and do its signatures hold?"""

from datetime import datetime

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

from .resolve import LIFETIME_SECONDS

EDNS_SIZE = 1232
_Algorithm = dns.dnssectypes.Algorithm
# What RFC 8624 asks everyone to check: a failure with one of these is the domain's, not ours.
_CHECKED = {_Algorithm.RSASHA256, _Algorithm.RSASHA512, _Algorithm.ECDSAP256SHA256, _Algorithm.ECDSAP384SHA384}
_CHECKED |= {_Algorithm.ED25519, _Algorithm.ED448}


async def ask(resolver: dns.asyncresolver.Resolver, domain: str, now: datetime) -> DnssecState | None:
    """Compare the fingerprint that the parent holds with the keys, and check their signature; None when unknown."""
    # "Checking disabled": a resolver that validates would hide what is broken.
    own = dns.asyncresolver.Resolver(configure=False)
    own.nameservers = resolver.nameservers
    own.timeout, own.lifetime = resolver.timeout, resolver.lifetime
    own.flags = dns.flags.RD | dns.flags.CD
    own.use_edns(0, dns.flags.DO, EDNS_SIZE)
    try:
        parent = await own.resolve(domain, "DS", raise_on_no_answer=False, search=False, lifetime=LIFETIME_SECONDS)
        if parent.rrset is None:
            return DnssecState.UNSIGNED if is_denied(parent.response) else None
        keys = await own.resolve(domain, "DNSKEY", raise_on_no_answer=False, search=False, lifetime=LIFETIME_SECONDS)
    except (dns.exception.DNSException, OSError, ValueError):
        return None
    if keys.rrset is None:
        return None  # a resolver that hides keys proves nothing
    signatures = keys.response.get_rrset(
        keys.response.answer, keys.rrset.name, keys.rrset.rdclass, dns.rdatatype.RRSIG, dns.rdatatype.DNSKEY
    )
    return state_of(parent.rrset, keys.rrset, signatures, now)


def is_denied(response: dns.message.Message) -> bool:
    """Whether "there is none" comes with the record of the zone that says so, as it must (RFC 2308)."""
    return any(rrset.rdtype == dns.rdatatype.SOA for rrset in response.authority)


def state_of(
    parent: dns.rrset.RRset, keys: dns.rrset.RRset, signatures: dns.rrset.RRset | None, now: datetime
) -> DnssecState | None:
    """Whether a key matches what the parent holds, and signed the keys; None when it cannot be told."""
    try:
        entries = [key for key in keys if any(_matches(keys.name, key, fingerprint) for fingerprint in parent)]
    except (dns.exception.DNSException, ValueError):
        return None  # an algorithm that we do not know
    if not entries:
        return DnssecState.BROKEN
    if signatures is None:
        return None
    anchor: dns.rdataset.Rdataset = dns.rrset.from_rdata_list(keys.name, keys.ttl, entries)
    anchors: dict[dns.name.Name, dns.node.Node | dns.rdataset.Rdataset] = {keys.name: anchor}
    try:
        dns.dnssec.validate(keys, signatures, anchors, None, now.timestamp())
    except (dns.exception.UnsupportedAlgorithm, ImportError):
        return None
    except dns.exception.ValidationFailure:
        return DnssecState.BROKEN if all(key.algorithm in _CHECKED for key in entries) else None
    return DnssecState.SIGNED


def _matches(name: dns.name.Name, key: dns.rdtypes.ANY.DNSKEY.DNSKEY, fingerprint: dns.rdtypes.ANY.DS.DS) -> bool:
    if (dns.dnssec.key_id(key), key.algorithm) != (fingerprint.key_tag, fingerprint.algorithm):
        return False
    return bool(dns.dnssec.make_ds(name, key, fingerprint.digest_type, validating=True) == fingerprint)
