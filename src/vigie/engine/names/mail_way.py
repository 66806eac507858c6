"""What does a domain promise of the way of its mail, and is it kept: MTA-STS (RFC 8461), DANE (RFC 7672)?"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_BYTES = 64 * 1024  # RFC 8461 3.3
_MOST_PATTERNS = 100
_PATTERN = re.compile(r"^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$")
_MOST_AGE = 31_557_600  # a year, RFC 8461 3.2


class StsMode(StrEnum):
    ENFORCE = "enforce"
    TESTING = "testing"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class StsPolicy:
    """The file that a domain shows; `fault` is why senders cannot use it, short English clause."""

    mode: StsMode | None
    patterns: tuple[str, ...] = ()
    max_age: int | None = None  # seconds
    fault: str = ""


@dataclass(frozen=True, slots=True)
class TlsaRecord:
    """Which certificate a name says that it shows (RFC 6698 2.1)."""

    usage: int
    selector: int  # 0: the whole certificate, 1: its key
    matching: int  # 0: as it is, 1: SHA-256, 2: SHA-512
    data: str  # hexadecimal, lower case

    @property
    def is_for_mail(self) -> bool:
        """RFC 7672 3.1.3: authorities of the web do not count between mail servers."""
        return self.usage in {2, 3} and self.selector in {0, 1} and self.matching in {0, 1, 2}


def read_policy(text: str) -> StsPolicy:
    """The fields of mta-sts.txt; those that are not known are passed over, as senders do."""
    fields: dict[str, list[str]] = {}
    for line in text[:MOST_BYTES].splitlines():
        key, colon, value = line.partition(":")
        if colon:
            fields.setdefault(key.strip().lower(), []).append(value.strip())
    if fields.get("version", [""])[0] != "STSv1":
        return StsPolicy(None, fault="the policy does not begin with its version")
    told = fields.get("mode", [""])[0]
    if told not in set(StsMode):
        return StsPolicy(None, fault="the policy has no mode")
    mode = StsMode(told)
    patterns = tuple(one.lower().rstrip(".") for one in fields.get("mx", [])[:_MOST_PATTERNS])
    age = fields.get("max_age", [""])[0]
    if not (age.isascii() and age.isdigit() and len(age) <= 10):
        return StsPolicy(mode, patterns, fault="the policy does not say how long it holds")
    seconds = min(int(age), _MOST_AGE)
    if mode is not StsMode.NONE and not patterns:
        return StsPolicy(mode, patterns, seconds, "the policy names no mail host")
    if any(not _PATTERN.match(one) for one in patterns):
        return StsPolicy(mode, patterns, seconds, "the policy names something that is no mail host")
    return StsPolicy(mode, patterns, seconds)


def is_covered(host: str, patterns: Iterable[str]) -> bool:
    """RFC 8461 4.1: a star stands for the whole first label only."""
    name = host.lower().rstrip(".")
    return bool({name, f"*.{name.partition('.')[2]}"}.intersection(patterns))


def read_tlsa(text: str) -> TlsaRecord | None:
    """A record of "3 1 1 hexadecimal"; None when it is not of that form."""
    parts = text.split()
    if len(parts) < 4 or not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts[:3]):
        return None
    data = "".join(parts[3:]).lower()
    if not data or len(data) % 2 or not all(digit in "0123456789abcdef" for digit in data):
        return None
    usage, selector, matching = (int(part) for part in parts[:3])
    return TlsaRecord(usage, selector, matching, data)


def tlsa_matches(records: Iterable[TlsaRecord], shown: Sequence[tuple[bytes, bytes]]) -> bool | None:
    """Whether one record is kept by the certificates shown, each with its key, the leaf first.

    None when no record is one that senders use: then there is nothing to keep.
    """
    used = [record for record in records if record.is_for_mail]
    if not used:
        return None
    return any(_is_kept(record, shown) for record in used)


def _is_kept(record: TlsaRecord, shown: Sequence[tuple[bytes, bytes]]) -> bool:
    held = shown[:1] if record.usage == 3 else shown[1:]
    return any(_hashed(record.matching, pair[record.selector]) == record.data for pair in held)


def _hashed(matching: int, data: bytes) -> str:
    if matching == 0:
        return data.hex()
    return (hashlib.sha256 if matching == 1 else hashlib.sha512)(data).hexdigest()
