"""Does a directory answer here to someone who did not sign in, and does it offer TLS?"""

from collections.abc import Iterator
from contextlib import suppress

from vigie.engine.facts import Facts, LdapFacts

from .answer import Found, kept, text_of
from .connection import Connection
from .errors import Garbled, ProbeError

_START_TLS = "1.3.6.1.4.1.1466.20037"  # RFC 4511 4.14.1
_ACTIVE_DIRECTORY = "1.2.840.113556.1.4.800"
_WANTED = ("objectClass", "supportedExtension", "supportedCapabilities", "vendorName", "vendorVersion")
MAX_MESSAGE = 64 * 1024
_SEQUENCE, _INTEGER, _OCTETS, _ENUMERATED, _BOOLEAN = 0x30, 0x02, 0x04, 0x0A, 0x01
_SEARCH, _ENTRY, _DONE, _EXTENDED = 0x63, 0x64, 0x65, 0x78
_EXTEND = 0x77
UNBIND = bytes.fromhex("30050201024200")


def request() -> bytes:
    """Read the root entry, which tells what the server can do (RFC 4512 5.1), without any sign-in: nothing below it."""
    fields = _value(_OCTETS, b"") + _value(_ENUMERATED, b"\0") + _value(_ENUMERATED, b"\0")
    fields += _value(_INTEGER, b"\x01") + _value(_INTEGER, b"\x05") + _value(_BOOLEAN, b"\0")
    fields += _value(0x87, b"objectClass")
    fields += _value(_SEQUENCE, b"".join(_value(_OCTETS, name.encode()) for name in _WANTED))
    return _value(_SEQUENCE, _value(_INTEGER, b"\x01") + _value(_SEARCH, fields))


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Ask for the root entry and leave. Raises Garbled when it is not LDAP."""
    asked = request()
    await connection.send(asked)
    message = await _message(connection, first, total)
    kind, _ = _operation(message)
    facts = parse(message)
    if kind == _ENTRY and not facts.starttls:  # else what is behind it is asked next
        with suppress(ProbeError):  # it answered
            await connection.send(UNBIND)
    return Found("ldap", Facts(ldap=facts), (kept("ldap", asked, message),))


def tls_request() -> bytes:
    """The extended operation that asks for TLS (RFC 4511 4.14)."""
    extended = _value(_EXTEND, _value(0x80, _START_TLS.encode()))
    return _value(_SEQUENCE, _value(_INTEGER, b"\x02") + extended)


async def start_tls(connection: Connection, *, first: float, total: float) -> None:
    """Ask for TLS, after the root entry or before anything; raises ProbeError when it is not begun."""
    await connection.send(tls_request())
    for _ in range(3):  # what is left of the first answer comes before it
        whole = next(iter(_values(await _message(connection, first, total))), (0, b""))
        parts = list(_values(whole[1]))
        if len(parts) == 2 and parts[1][0] == _EXTENDED:
            if next(iter(_values(parts[1][1])), None) != (_ENUMERATED, b"\0"):
                raise Garbled("no go-ahead for TLS")
            return
    raise Garbled("no go-ahead for TLS")


async def _message(connection: Connection, first: float, total: float) -> bytes:
    header = await connection.read_exactly(2, first=first, total=total)
    size = header[1]
    if header[0] != _SEQUENCE or size > 0x84 or size == 0x80:
        raise Garbled("no LDAP answer")
    if size > 0x80:
        more = await connection.read_exactly(size - 0x80, first=first, total=total)
        header, size = header + more, int.from_bytes(more, "big")
    if not 5 <= size <= MAX_MESSAGE:
        raise Garbled("no LDAP answer")
    return header + await connection.read_exactly(size, first=first, total=total)


def parse(message: bytes) -> LdapFacts:
    """Read the entry, or the refusal that came in its place; raises Garbled when it is neither."""
    kind, body = _operation(message)
    if kind in {_DONE, _EXTENDED}:
        return LdapFacts(None, None, None, active_directory=False)
    parts = list(_values(body))
    if kind != _ENTRY or len(parts) != 2 or parts[1][0] != _SEQUENCE:
        raise Garbled("no LDAP answer")
    told = {name.lower(): values for name, values in _attributes(parts[1][1])}
    extensions = told.get("supportedextension", ())
    # OpenLDAP names no vendor: the class of its root entry is its own.
    own = "OpenLDAP" if "OpenLDAProotDSE" in told.get("objectclass", ()) else None
    return LdapFacts(
        vendor=next(iter(told.get("vendorname", ())), own),
        version=next(iter(told.get("vendorversion", ())), None),
        # A root entry that hides its extensions tells nothing of TLS.
        starttls=_START_TLS in extensions if extensions else None,
        active_directory=_ACTIVE_DIRECTORY in told.get("supportedcapabilities", ()),
    )


def _operation(message: bytes) -> tuple[int, bytes]:
    """The kind and the body of what the server says to our one question; raises Garbled."""
    whole = next(iter(_values(message)), (0, b""))
    parts = list(_values(whole[1]))
    if whole[0] != _SEQUENCE or len(parts) < 2 or parts[0][0] != _INTEGER or parts[0][1] not in {b"\x01", b"\0"}:
        raise Garbled("no LDAP answer")
    return parts[1]


def _attributes(data: bytes) -> Iterator[tuple[str, tuple[str, ...]]]:
    for _, pair in _values(data):
        parts = list(_values(pair))
        if len(parts) == 2:
            yield text_of(parts[0][1], 64), tuple(text_of(value, 128) for _, value in _values(parts[1][1]))


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each (tag, content) of a run of BER values, until one that is cut short."""
    at = 0
    while at + 2 <= len(data):
        kind, size = data[at], data[at + 1]
        at += 2
        if size > 0x80:
            count = size - 0x80
            size = int.from_bytes(data[at : at + count], "big")
            at += count
        if at + size > len(data):
            return
        yield kind, data[at : at + size]
        at += size


def _value(kind: int, content: bytes) -> bytes:
    size = bytes([len(content)]) if len(content) < 0x80 else b"\x82" + len(content).to_bytes(2, "big")
    return bytes([kind]) + size + content
