"""What does another tool say of one place, in the words that all tools share?"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

import idna

from vigie.engine.outcome import Severity
from vigie.sources.faults import BadRow

from .evidence import MOST_EVIDENCE, clean, harmless, tells_secrets

LONGEST_IDENTIFIER = 200
LONGEST_TITLE = 250
MOST_CVES = 1000  # one script of nmap lists every CVE of an old product

_CVE = re.compile(r"CVE-\d{4}-\d{4,12}")
_SCORE = re.compile(r"(10|\d)(\.\d+)?")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")
# What the tools write in the column of a port when they mean the host as a whole.
_NO_PORT = {"", "0", "-", "'-", "n/a", "general", "none"}
_REMOVED = "[removed: it may hold a credential]"


class Tool(StrEnum):
    NMAP = "nmap"
    NESSUS = "nessus"
    OPENVAS = "openvas"
    NUCLEI = "nuclei"
    MASSCAN = "masscan"
    TESTSSL = "testssl"
    SSLYZE = "sslyze"
    QUALYS = "qualys"
    PERSON = "person"  # somebody who reported a weakness: no file tells it


class Told(StrEnum):
    WEAKNESS = "weakness"
    FACT = "fact"  # severity 0, "info", "log": an open port, a product, what could not be looked at
    SOUND = "sound"  # the tool looked, and says that this weakness is not there, or not any more


@dataclass(frozen=True, slots=True)
class SightingRow:
    line: int  # of the file, or the position in it of a JSON value
    tool: Tool
    identifier: str  # the tool's own: plug-in, template, script, check
    title: str
    told: Told
    severity: Severity | None  # None for what is no weakness, and when the tool gives none
    address: str  # canonical; "" when the tool only tells a name
    name: str  # the host name that was asked; "" when it was an address
    learnt: tuple[str, ...]  # names that the tool learnt of the address: reverse DNS, NetBIOS
    port: int | None  # None is the host as a whole
    transport: str  # "tcp", "udp"; "" when not told
    cves: tuple[str, ...]
    seen_at: datetime | None  # by the tool's clock; None when the file does not tell
    first_seen_at: datetime | None  # when the tool remembers
    evidence: str  # at most 2,000 characters, without credentials


def sighting(
    *,
    line: int,
    tool: Tool,
    identifier: str,
    title: str,
    host: str,
    port: str | int | None = None,
    transport: str = "",
    name: str = "",
    learnt: Iterable[str] = (),
    told: Told | None = None,
    severity: Severity | None = None,
    cves: Iterable[str] = (),
    seen_at: datetime | None = None,
    first_seen_at: datetime | None = None,
    evidence: str = "",
) -> SightingRow | BadRow:
    """Put what a tool wrote in its canonical form; a BadRow says why it cannot be placed."""
    known = _short(clean(identifier, 2_000))
    if not known:
        return BadRow(line, "no identifier of a plug-in or a check", host[:60])
    number = _port(port)
    if number == -1:
        return BadRow(line, f"{str(port)[:20]!r} is not a port", host[:60])
    address = _address(host)
    asked = _name(name) or ("" if address else _name(host))
    others = tuple(dict.fromkeys(other for text in learnt if (other := _name(text)) and other != asked))
    if not address and not asked:
        if not others:
            return BadRow(line, f"{host[:60]!r} is neither an address nor a host name", host[:60])
        asked, others = others[0], others[1:]
    kind = told or (Told.WEAKNESS if severity else Told.FACT)
    return SightingRow(
        line=line,
        tool=tool,
        identifier=known,
        title=harmless(clean(title, LONGEST_TITLE)) or known,
        told=kind,
        severity=severity if kind is Told.WEAKNESS else None,
        address=address,
        name=asked,
        learnt=others,
        port=number,
        transport=clean(transport, 8).lower(),
        cves=tuple(dict.fromkeys(cves))[:MOST_CVES],
        seen_at=seen_at,
        first_seen_at=first_seen_at,
        evidence=_REMOVED if evidence and tells_secrets(known, title) else harmless(clean(evidence, MOST_EVIDENCE * 4)),
    )


def cves_in(*texts: str) -> tuple[str, ...]:
    """The CVE identifiers that these texts name, each once, in their order."""
    return tuple(dict.fromkeys(cve for text in texts for cve in _CVE.findall(text.upper())))


_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "fatal": Severity.CRITICAL,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
}


def severity_of(word: str) -> Severity | None:
    """The severity that this word says; None for info, log, none and what is no severity."""
    return _SEVERITIES.get(word.strip().lower())


_BANDS = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))


def severity_from_score(*scores: str) -> Severity | None:
    """The CVSS 3.1 band of the highest of these scores; None when none is a number above zero."""
    known = [float(text) for text in scores if _SCORE.fullmatch(text)]
    return next((severity for least, severity in _BANDS if known and max(known) >= least), None)


def _short(identifier: str) -> str:
    """Two long identifiers that begin alike stay two."""
    if len(identifier) <= LONGEST_IDENTIFIER:
        return identifier
    digest = hashlib.sha256(identifier.encode()).hexdigest()[:16]
    return f"{identifier[: LONGEST_IDENTIFIER - 17]}#{digest}"


def _port(text: str | int | None) -> int | None:
    """None for the host as a whole, -1 for what is no port."""
    word = "" if text is None else str(text).strip().lower()
    if word in _NO_PORT:
        return None
    number = int(word) if word.isascii() and word.isdigit() and len(word) <= 5 else -1
    return number if 1 <= number <= 65535 else -1


@lru_cache(maxsize=4096)
def _address(text: str) -> str:
    """In its canonical form; "" when it is none."""
    try:
        address = ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


@lru_cache(maxsize=4096)
def _name(text: str) -> str:
    """A host name in lower-case A-labels; "" for an address and for what is none."""
    name = text.strip().rstrip(".").lower()
    if not name or len(name) > 253 or _address(name):
        return ""
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return ""
    # A last label of digits is an address that was badly written or hidden, not a name.
    return name if _NAME.fullmatch(name) and not name.rpartition(".")[2].isdigit() else ""
