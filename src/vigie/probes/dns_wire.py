"""Write a question of the DNS and read a plain answer to it, by hand: a library costs ten times as much a message.

Only what one look at a domain asks is read. A message that is cut, refused, or of another shape is None, and the whole
library is asked instead: nothing is guessed here.
"""

import struct
from collections.abc import Callable
from ipaddress import IPv6Address
from typing import NamedTuple

KINDS = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "DS": 43, "TLSA": 52, "CAA": 257,
}  # fmt: skip
HEADER = 12
MAX_ALIASES = 16  # of one answer
_RECURSE = 0x0100
_IS_ANSWER, _OPCODE, _IS_CUT, _RCODE = 0x8000, 0x7800, 0x0200, 0x000F
_NOERROR, _NXDOMAIN = 0, 3
_EDNS = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"  # an answer of 1,232 bytes may come (RFC 6891)
_COUNTS = struct.Struct(">HHHHHH")
_RECORD = struct.Struct(">HHIH")
_POINTER = 0xC0
# What a name is written with as it is; any other byte would be escaped (RFC 4343 2.1), which the library does.
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_*+/=")


class Told(NamedTuple):
    texts: tuple[str, ...]  # of the records of the kind asked, at the end of the aliases
    missing: bool = False  # the name does not exist at all, under any kind
    denied: bool = False  # "there is none" comes with the record of the zone that says so (RFC 2308)


class _Unread(Exception):
    """Not plain: the whole library must read it."""


class _Record(NamedTuple):
    owner: str  # lower case, without the last dot
    kind: int
    start: int  # of its data
    end: int


def question_of(name: str, kind: str) -> bytes | None:
    """The words of a question, as they are repeated in its answer; None for a name that is not plain."""
    wire = bytearray()
    for label in name.rstrip(".").split("."):
        written = label.encode("ascii", "replace")
        if not 0 < len(written) < 64 or not _PLAIN.issuperset(written):
            return None
        wire.append(len(written))
        wire += written
    if kind not in KINDS or len(wire) > 254:
        return None
    return bytes(wire) + struct.pack(">BHH", 0, KINDS[kind], 1)


def message_of(number: int, question: bytes) -> bytes:
    return _COUNTS.pack(number, _RECURSE, 1, 0, 0, 1) + question + _EDNS


def read(data: bytes, question: bytes) -> Told | None:
    """What a message tells to this very question; None when it is not a plain answer to it."""
    if len(data) < HEADER + len(question) or data[HEADER : HEADER + len(question)].lower() != question.lower():
        return None
    _, flags, asked, answers, authorities, _ = _COUNTS.unpack_from(data)
    code = flags & _RCODE
    if asked != 1 or not flags & _IS_ANSWER or flags & (_IS_CUT | _OPCODE) or code not in {_NOERROR, _NXDOMAIN}:
        return None
    try:
        return _told(data, len(question), answers, authorities, missing=code == _NXDOMAIN)
    except (_Unread, IndexError, struct.error):
        return None


def _told(data: bytes, length: int, answers: int, authorities: int, *, missing: bool) -> Told:
    kind = int.from_bytes(data[HEADER + length - 4 : HEADER + length - 2], "big")
    name, _ = _name(data, HEADER)
    records, at = _records(data, HEADER + length, answers)
    end = _end_of_aliases(data, name.lower(), kind, records)
    found = tuple(_text(data, record) for record in records if record.kind == kind and record.owner == end)
    if found and missing:
        raise _Unread
    denied = False
    if not found:
        said, _ = _records(data, at, authorities)
        denied = any(record.kind == KINDS["SOA"] for record in said)
    return Told(found, missing and end == name.lower(), denied)


def _records(data: bytes, at: int, count: int) -> tuple[list[_Record], int]:
    found = []
    for _ in range(count):
        owner, at = _name(data, at)
        kind, class_, _, length = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        if at + length > len(data):
            raise _Unread
        if class_ == 1:
            found.append(_Record(owner.lower(), kind, at, at + length))
        at += length
    return found, at


def _end_of_aliases(data: bytes, name: str, kind: int, records: list[_Record]) -> str:
    if kind == KINDS["CNAME"]:
        return name
    aliases = {record.owner: record for record in records if record.kind == KINDS["CNAME"]}
    for _ in range(MAX_ALIASES):
        if name not in aliases:
            return name
        name = _whole_name(data, aliases[name].start, aliases[name].end).lower()
    raise _Unread


def _name(data: bytes, at: int) -> tuple[str, int]:
    """A name without its last dot, and where what follows it begins; each pointer leads further back (RFC 1035)."""
    labels: list[str] = []
    after, limit = 0, at
    size = 0
    while length := data[at]:
        if length >= _POINTER:
            after = after or at + 2
            at = (length & 0x3F) << 8 | data[at + 1]
            if at >= limit:
                raise _Unread  # a pointer forward, or to itself, would never end
            limit = at
            continue
        label = data[at + 1 : at + 1 + length]
        size += length + 1
        if length > 63 or len(label) != length or size > 254 or not _PLAIN.issuperset(label):
            raise _Unread
        labels.append(label.decode("ascii"))
        at += length + 1
    return ".".join(labels), after or at + 1


def _whole_name(data: bytes, start: int, end: int) -> str:
    """The name that fills these data; raises when it does not."""
    name, at = _name(data, start)
    if at != end:
        raise _Unread
    return name


def _text(data: bytes, record: _Record) -> str:
    reader = _READERS.get(record.kind)
    if reader is None:
        raise _Unread
    return reader(data, record.start, record.end)


def _address(data: bytes, start: int, end: int) -> str:
    if end - start != 4:
        raise _Unread
    return "{}.{}.{}.{}".format(*data[start:end])


def _long_address(data: bytes, start: int, end: int) -> str:
    if end - start != 16:
        raise _Unread
    return str(IPv6Address(data[start:end]))


def _host(data: bytes, start: int, end: int) -> str:
    return _whole_name(data, start, end) + "."


def _mail_host(data: bytes, start: int, end: int) -> str:
    return f"{int.from_bytes(data[start : start + 2], 'big')} {_host(data, start + 2, end)}"


def _strings(data: bytes, start: int, end: int) -> str:
    """The parts of one text, joined without a space (RFC 7208 3.3)."""
    parts = bytearray()
    while start < end:
        length = data[start]
        if start + 1 + length > end:
            raise _Unread
        parts += data[start + 1 : start + 1 + length]
        start += 1 + length
    return parts.decode("latin-1")


def _authority(data: bytes, start: int, end: int) -> str:
    first, at = _name(data, start)
    second, at = _name(data, at)
    if end - at != 20:
        raise _Unread
    return f"{first}. {second}. {' '.join(str(number) for number in struct.unpack_from('>IIIII', data, at))}"


def _issuer(data: bytes, start: int, end: int) -> str:
    length = data[start + 1]
    tag, value = data[start + 2 : start + 2 + length], data[start + 2 + length : end]
    shown = value.decode("latin-1")
    if len(tag) != length or not tag.isalnum() or any(sign in '"\\' or not " " <= sign <= "~" for sign in shown):
        raise _Unread
    return f'{data[start]} {tag.decode("ascii")} "{shown}"'


def _fingerprint(data: bytes, start: int, end: int) -> str:
    if end - start < 5:
        raise _Unread
    tag = int.from_bytes(data[start : start + 2], "big")
    return f"{tag} {data[start + 2]} {data[start + 3]} {data[start + 4 : end].hex()}"


def _certificate(data: bytes, start: int, end: int) -> str:
    if end - start < 4:
        raise _Unread
    return f"{data[start]} {data[start + 1]} {data[start + 2]} {data[start + 3 : end].hex()}"


_READERS: dict[int, Callable[[bytes, int, int], str]] = {
    KINDS["A"]: _address,
    KINDS["AAAA"]: _long_address,
    KINDS["NS"]: _host,
    KINDS["CNAME"]: _host,
    KINDS["PTR"]: _host,
    KINDS["MX"]: _mail_host,
    KINDS["TXT"]: _strings,
    KINDS["SOA"]: _authority,
    KINDS["CAA"]: _issuer,
    KINDS["DS"]: _fingerprint,
    KINDS["TLSA"]: _certificate,
}
