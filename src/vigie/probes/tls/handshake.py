"""Which protocol and which certificate does this server show, once hands are shaken to the end?"""

import ssl
from collections.abc import Sequence
from functools import cache
from typing import Any

from vigie.engine.facts_of_tls import TlsFacts

from ..connection import Connection
from ..errors import Garbled
from .certificate import name_matches, read_certificate, read_staple
from .flight import MAX_CHAIN, Flight

_DER = 2  # the form that the object under SSLObject is asked for, before Python 3.13
OBSOLETE = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})


@cache
def context(*applications: str) -> ssl.SSLContext:
    """Speaks every protocol and trusts everyone: what is wrong is to be seen, not refused.

    `applications` are the names of ALPN that are offered (RFC 7301); none is, when none is given.
    """
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    own.check_hostname = False
    own.verify_mode = ssl.CERT_NONE
    own.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    own.set_ciphers("ALL:@SECLEVEL=0")
    # Old servers close without saying so, and cannot renegotiate safely: neither hides what they show.
    own.options |= getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0) | getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    if applications:
        own.set_alpn_protocols(list(applications))
    return own


def facts_of(connection: Connection) -> TlsFacts:
    """What the handshake of this connection showed."""
    tls = connection.tls
    if tls is None:
        raise Garbled("no TLS")
    cipher = tls.cipher()
    return shown(connection.server_name, tls.version() or "", cipher[0] if cipher else "", _chain(tls))


def shown(
    server_name: str | None, protocol: str, cipher: str, chain: Sequence[bytes], flight: Flight | None = None
) -> TlsFacts:
    """The facts of one choice: what was not asked yet stays unknown."""
    certificate = read_certificate(chain[0], chain[1:]) if chain else None
    matches = None if server_name is None or certificate is None else name_matches(server_name, certificate.names)
    return TlsFacts(
        protocol=protocol,
        cipher=cipher,
        certificate=certificate,
        accepts_obsolete=True if protocol in OBSOLETE else None,
        server_name=server_name,
        name_matches=matches,
        versions=(protocol,) if protocol else (),
        dh_bits=flight.dh_bits if flight else None,
        staple=read_staple(flight.staple) if flight else None,
        # A status is passed on in clear up to TLS 1.2 alone, and is not known in the versions before.
        staple_asked=flight is not None and protocol == "TLSv1.2" and bool(chain),
    )


def chain_of(connection: Connection) -> list[bytes]:
    """The certificates that the handshake of this connection showed, the leaf first."""
    return _chain(connection.tls) if connection.tls is not None else []


def _chain(tls: ssl.SSLObject) -> list[bytes]:
    """Public from Python 3.13 on; before, the same call of the object that it wraps."""
    ask: Any = getattr(tls, "get_unverified_chain", None)
    if ask is not None:
        return list(ask() or ())[:MAX_CHAIN]
    ask = getattr(getattr(tls, "_sslobj", None), "get_unverified_chain", None)
    told = [one.public_bytes(_DER) for one in ((ask() if ask else None) or ())[:MAX_CHAIN]]
    leaf = tls.getpeercert(binary_form=True)
    return told or ([leaf] if leaf else [])
