"""Can the signatures that a domain puts on its mail be trusted (RFC 6376, RFC 8301)?"""

import binascii
from base64 import b64decode
from collections.abc import Iterable

from .dmarc import tags_of
from .facts import DkimKey
from .question import Question, Survey

RSA, ED25519 = "rsa", "ed25519"
_INTEGER, _BITS, _SEQUENCE = 0x02, 0x03, 0x30


def survey(domain: str, selectors: Iterable[str]) -> Survey[tuple[DkimKey, ...] | None]:
    """The keys that stand under these selectors; None when one of them could not be asked.

    Selectors cannot be listed from outside: an empty answer does not say that the domain signs nothing.
    """
    found = []
    for selector in selectors:
        texts = yield Question("TXT", f"{selector}._domainkey.{domain}")
        if texts is None:
            return None
        keys = [key for text in texts if (key := parse(selector, text)) is not None]
        found += keys[:1]  # 3.6.2.2: with several records, what holds is not defined
    return tuple(found)


def parse(selector: str, text: str) -> DkimKey | None:
    """The key that a record holds; None for a text that is no record of DKIM."""
    tags = tags_of(text)
    if tags.get("v", "DKIM1") != "DKIM1" or "p" not in tags:
        return None
    kind = tags.get("k", RSA).lower()
    value = "".join(tags["p"].split())
    testing = "y" in (flag.strip().lower() for flag in tags.get("t", "").split(":"))
    if not value:
        return DkimKey(selector, kind, None, revoked=True, testing=testing)
    return DkimKey(selector, kind, rsa_bits(value) if kind == RSA else None, revoked=False, testing=testing)


def rsa_bits(text: str) -> int | None:
    """How long the modulus of a key in base64 is, wrapped (RFC 5280 4.1) or bare (RFC 8017 A.1.1); None if unread."""
    try:
        tag, key, _ = _read(b64decode(text, validate=True))
        first, content, rest = _read(key)
        if first == _SEQUENCE:  # the algorithm, then the key as bits of which none is unused
            kind, bits, _ = _read(rest)
            if kind != _BITS:
                return None
            tag, key, _ = _read(bits[1:])
            first, content, _ = _read(key)
    except (binascii.Error, ValueError, IndexError):
        return None
    return int.from_bytes(content, "big").bit_length() if (tag, first) == (_SEQUENCE, _INTEGER) else None


def _read(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content and what follows of one DER value; raises IndexError or ValueError when it is cut."""
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    if len(data) < start + length:
        raise ValueError("cut")
    return tag, data[start : start + length], data[start + length :]
