"""What does the top level of a BSON document hold (bsonspec.org 1.1)?"""

import struct

from ..errors import Garbled

Document = dict[str, int | float | str | bool | None]

_STRING, _DOCUMENT, _ARRAY, _BINARY, _BOOLEAN, _NULL, _INT32 = 0x02, 0x03, 0x04, 0x05, 0x08, 0x0A, 0x10
#   type -> how many bytes its value takes
_FIXED = {0x01: 8, 0x06: 0, 0x07: 12, 0x08: 1, 0x09: 8, 0x0A: 0, 0x10: 4, 0x11: 8, 0x12: 8, 0x13: 16, 0x7F: 0, 0xFF: 0}
_READ = {0x01: "<d", _INT32: "<i", 0x12: "<q"}


def encode(document: Document) -> bytes:
    """Texts and 32-bit numbers only: all that our questions hold."""
    body = b""
    for key, value in document.items():
        name = key.encode() + b"\0"
        if isinstance(value, str):
            text = value.encode() + b"\0"
            body += bytes([_STRING]) + name + struct.pack("<i", len(text)) + text
        else:
            body += bytes([_INT32]) + name + struct.pack("<i", int(value or 0))
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def decode(data: bytes) -> Document:
    """The numbers, texts and truths of the top level; what is nested is passed over. Raises Garbled."""
    if len(data) < 5:
        raise Garbled("no BSON")
    end = int.from_bytes(data[:4], "little")
    if not 5 <= end <= len(data):
        raise Garbled("no BSON")
    found: Document = {}
    at = 4
    while at < end - 1:
        kind, stop = data[at], data.find(b"\0", at + 1, end)
        if stop < 0:
            raise Garbled("no BSON")
        name, at = data[at + 1 : stop].decode("utf-8", "replace"), stop + 1
        size = _size(kind, data, at)
        if at + size > end:
            raise Garbled("no BSON")
        if kind in _READ:
            (found[name],) = struct.unpack_from(_READ[kind], data, at)
        elif kind == _STRING:
            found[name] = data[at + 4 : at + size].rstrip(b"\0").decode("utf-8", "replace")
        elif kind == _BOOLEAN:
            found[name] = data[at] != 0
        elif kind == _NULL:
            found[name] = None
        at += size
    return found


def _size(kind: int, data: bytes, at: int) -> int:
    if kind in _FIXED:
        return _FIXED[kind]
    length = int.from_bytes(data[at : at + 4], "little")
    if kind == _STRING:
        return 4 + length
    if kind in {_DOCUMENT, _ARRAY} and length >= 5:
        return length
    if kind == _BINARY:
        return 5 + length
    raise Garbled("no BSON")
