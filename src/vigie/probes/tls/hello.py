"""How is one asked, by hand, which version and which suite it would choose?"""

import secrets
import struct
from dataclasses import dataclass
from functools import lru_cache

from vigie.engine.cipher_suites import SOUND

SSL3, TLS10, TLS11, TLS12 = 0x0300, 0x0301, 0x0302, 0x0303
NAMES = {SSL3: "SSLv3", TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2"}

_EMPTY_RENEGOTIATION = 0x00FF  # RFC 5746: a number that stands for an extension, for servers that insist on it
_SERVER_NAME, _STATUS, _GROUPS, _FORMATS, _SIGNATURES, _PADDING, _MASTER_SECRET = 0, 5, 10, 11, 13, 21, 23
_CURVES = (29, 23, 24, 25)  # x25519 and the three of NIST
# What a certificate may be signed with, SHA-1 last: a server that has nothing better is to be seen.
_SCHEMES = (
    0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x0401, 0x0501, 0x0601,
    0x0402, 0x0301, 0x0303, 0x0203, 0x0201, 0x0202,
)  # fmt: skip
_RANDOM_AT = 11  # after the headers of the record and of the message, and the version
# RFC 7685: some balancers hang on a hello of 256 to 511 bytes.
_HANGS_FROM, _HANGS_UNTIL = 256, 512


@dataclass(frozen=True, slots=True)
class Offer:
    """The best version that is offered, with these suites alone."""

    version: int
    suites: tuple[int, ...] = SOUND


def hello(offer: Offer, server_name: str | None) -> bytes:
    """The record to send. An SSL 3.0 one has no extension, hence no name."""
    template = _template(offer, server_name)
    return template[:_RANDOM_AT] + secrets.token_bytes(32) + template[_RANDOM_AT + 32 :]


@lru_cache(maxsize=256)
def _template(offer: Offer, server_name: str | None) -> bytes:
    suites = struct.pack(f">{len(offer.suites) + 1}H", *offer.suites, _EMPTY_RENEGOTIATION)
    body = struct.pack(">H32xBH", offer.version, 0, len(suites)) + suites + b"\x01\x00"
    if offer.version > SSL3:
        extensions = _extensions(offer, server_name)
        size = 4 + len(body) + 2 + len(extensions)
        if _HANGS_FROM <= size < _HANGS_UNTIL:
            extensions += _extension(_PADDING, bytes(max(1, _HANGS_UNTIL - size - 4)))
        body += struct.pack(">H", len(extensions)) + extensions
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    # The record says 1.0 at most: old servers refuse what they do not know already there.
    return struct.pack(">BHH", 22, min(offer.version, TLS10), len(message)) + message


def _extensions(offer: Offer, server_name: str | None) -> bytes:
    parts = []
    if server_name is not None:
        name = server_name.encode("ascii", "ignore")
        parts.append(_extension(_SERVER_NAME, struct.pack(">HBH", len(name) + 3, 0, len(name)) + name))
    parts.append(_extension(_MASTER_SECRET, b""))
    parts.append(_extension(_GROUPS, struct.pack(f">H{len(_CURVES)}H", 2 * len(_CURVES), *_CURVES)))
    parts.append(_extension(_FORMATS, b"\x01\x00"))
    if offer.version >= TLS12:
        parts.append(_extension(_STATUS, b"\x01\x00\x00\x00\x00"))
        parts.append(_extension(_SIGNATURES, struct.pack(f">H{len(_SCHEMES)}H", 2 * len(_SCHEMES), *_SCHEMES)))
    return b"".join(parts)


def _extension(kind: int, value: bytes) -> bytes:
    return struct.pack(">HH", kind, len(value)) + value
