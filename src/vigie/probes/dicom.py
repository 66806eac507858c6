"""Does a DICOM node answer here, and does it accept a caller that it does not know?"""

import struct

from vigie.engine.facts import DicomAnswer, DicomFacts, Facts

from .answer import Found, kept
from .connection import Connection
from .errors import Garbled, ProbeError

# PS3.8 9.3: an association request with the one presentation context that carries no patient data, Verification.
_CONTEXT = b"1.2.840.10008.3.1.1.1"
_VERIFICATION = b"1.2.840.10008.1.1"
_IMPLICIT_LITTLE_ENDIAN = b"1.2.840.10008.1.2"
_OUR_UID = b"2.25.186407217043587034761289471926"  # made from a UUID, as PS3.5 B.2 allows
_OUR_VERSION = b"VIGIE_01"
RELEASE = struct.pack(">BxLL", 5, 4, 0)
_ACCEPT, _REJECT, _ABORT = 2, 3, 7
_MAX_PDU = 64 * 1024

#   (source, reason) -> in words, PS3.8 table 9-21
_REASONS = {
    (1, 1): "no reason given",
    (1, 2): "application context not supported",
    (1, 3): "calling AE title not recognised",
    (1, 7): "called AE title not recognised",
    (2, 1): "no reason given by the provider",
    (2, 2): "protocol version not supported",
    (3, 1): "temporary congestion",
    (3, 2): "local limit exceeded",
}


def request(called: str = "ANY-SCP", calling: str = "VIGIE") -> bytes:
    """The A-ASSOCIATE-RQ that is sent."""
    presentation = b"\x01\0\0\0" + _item(0x30, _VERIFICATION) + _item(0x40, _IMPLICIT_LITTLE_ENDIAN)
    user = _item(0x51, struct.pack(">L", 16384)) + _item(0x52, _OUR_UID) + _item(0x55, _OUR_VERSION)
    body = struct.pack(">Hxx16s16s32x", 1, called.ljust(16).encode("ascii"), calling.ljust(16).encode("ascii"))
    body += _item(0x10, _CONTEXT) + _item(0x20, presentation) + _item(0x50, user)
    return struct.pack(">BxL", 1, len(body)) + body


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Ask for an association; release it at once when it is accepted. Raises Garbled when it is not DICOM."""
    asked = request()
    await connection.send(asked)
    header = await connection.read_exactly(6, first=first, total=total)
    kind, length = struct.unpack(">BxL", header)
    if kind not in {_ACCEPT, _REJECT, _ABORT} or header[1] != 0 or length > _MAX_PDU:
        raise Garbled("no DICOM answer")
    body = await connection.read_exactly(length, first=first, total=total)
    facts = parse(kind, body)
    if facts.answer is DicomAnswer.ACCEPTED:
        try:
            await connection.send(RELEASE)
            await connection.read_exactly(10, first=1.0, total=1.0)
        except ProbeError:
            pass  # the association was accepted, however it ends
    return Found("dicom", Facts(dicom=facts), (kept("dicom", asked, header + body),))


def parse(kind: int, body: bytes) -> DicomFacts:
    """Turn the body of an answer into facts; raises Garbled when it is not of its form."""
    if kind == _ACCEPT:
        if len(body) < 68:
            raise Garbled("a DICOM acceptance that ends too soon")
        uid, version = _implementation(body[68:])
        return DicomFacts(DicomAnswer.ACCEPTED, None, uid, version)
    if len(body) != 4:
        raise Garbled("no DICOM answer")
    _, result, source, reason = body
    if kind == _ABORT:
        return DicomFacts(DicomAnswer.ABORTED, "aborted by the provider" if source == 2 else "aborted", None, None)
    if result not in {1, 2} or source not in {1, 2, 3}:
        raise Garbled("no DICOM answer")
    return DicomFacts(DicomAnswer.REJECTED, _REASONS.get((source, reason), f"reason {source}.{reason}"), None, None)


def _implementation(items: bytes) -> tuple[str | None, str | None]:
    """The implementation's UID and version name, wherever they are among the items."""
    uid = version = None
    for kind, value in _items(items):
        if kind == 0x50:
            for inner, text in _items(value):
                if inner == 0x52:
                    uid = _text(text)
                elif inner == 0x55:
                    version = _text(text)
    return uid, version


def _items(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    at = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from(">BxH", data, at)
        found.append((kind, data[at + 4 : at + 4 + size]))
        at += 4 + size
    return found


def _text(value: bytes) -> str | None:
    return value.decode("ascii", "replace").strip(" \0")[:64] or None


def _item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BxH", kind, len(value)) + value
