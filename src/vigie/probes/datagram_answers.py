"""What does the answer to a question without connections tell?"""

from collections.abc import Callable, Iterator, Mapping

from vigie.engine.facts import Facts
from vigie.engine.facts_of_infrastructure import IkeFacts, NameServerFacts, NtpFacts, SipFacts, SnmpFacts

from .answer import text_of
from .name_server import version_of

_MOST_PAYLOADS = 50
_VENDOR_ID = {1: 13, 2: 43}  # by version of IKE: RFC 2408 3.1, RFC 7296 3.2
_NOTIFY = {1: 11, 2: 41}


def facts_in(service: str, answered: bytes) -> Facts:
    """The facts that an answer of this service holds; empty ones when it cannot be read. Never raises."""
    read = _READERS.get(service)
    return read(answered) if read else Facts()


def _dns(answered: bytes) -> Facts:
    return Facts(name_server=NameServerFacts(version_of(answered), recursion=None))


def _ntp(answered: bytes) -> Facts:
    return Facts(ntp=NtpFacts(answered[0] >> 3 & 7, answered[1])) if len(answered) >= 48 else Facts()


def _snmp(answered: bytes) -> Facts:
    """SNMPv3Message of RFC 3412 6, whose security parameters are those of RFC 3414 2.4."""
    try:
        _, message, _ = _element(answered)
        parts = list(_elements(message))
        engine, boots, up = (value for _, value in list(_elements(_element(parts[2][1])[1]))[:3])
    except (ValueError, IndexError):
        return Facts()
    if not engine:
        return Facts()
    enterprise = int.from_bytes(engine[:4], "big") & 0x7FFFFFFF if engine[0] & 0x80 and len(engine) >= 5 else None
    return Facts(snmp=SnmpFacts(engine[:32].hex(), enterprise, _number(boots), _number(up)))


def _sip(answered: bytes) -> Facts:
    head = answered.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    status = head[0][8:11]
    if not status.isdigit():
        return Facts()
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in head[1:])}
    server = headers.get(b"server") or headers.get(b"user-agent")
    return Facts(sip=SipFacts(int(status), text_of(server, 128) or None if server else None))


def _ike(answered: bytes) -> Facts:
    if len(answered) < 28:
        return Facts()
    version = answered[17] >> 4
    vendor_ids: list[str] = []
    refusal = None
    for kind, value in _payloads(answered[16], answered[28:]):
        if kind == _VENDOR_ID.get(version):
            vendor_ids.append(value[:32].hex())
        elif kind == _NOTIFY.get(version) and refusal is None:
            place = 6 if version == 1 else 2  # version 1 tells its domain of interpretation first
            refusal = int.from_bytes(value[place : place + 2], "big") or None
    return Facts(ike=IkeFacts(version, tuple(vendor_ids), refusal))


def _payloads(kind: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, content) of the chain, as far as it is whole."""
    for _ in range(_MOST_PAYLOADS):
        length = int.from_bytes(data[2:4], "big")
        if kind == 0 or length < 4 or length > len(data):
            return
        yield kind, data[4:length]
        kind, data = data[0], data[length:]


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        tag, content, data = _element(data)
        yield tag, content


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content and what follows of one BER element; raises ValueError when it is not whole."""
    if len(data) < 2:
        raise ValueError("too short")
    size, start = data[1], 2
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 3:
            raise ValueError("a length without bound")
        size, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    if start + size > len(data):
        raise ValueError("cut")
    return data[0], data[start : start + size], data[start + size :]


def _number(content: bytes) -> int | None:
    return int.from_bytes(content, "big") if 0 < len(content) <= 5 else None


_READERS: Mapping[str, Callable[[bytes], Facts]] = {
    "dns": _dns,
    "ntp": _ntp,
    "snmp": _snmp,
    "sip": _sip,
    "ike": _ike,
}
