"""What did a server say in clear to a ClientHello, before any key? Reads bytes only, from whoever sends them."""

from dataclasses import dataclass

from vigie.engine.cipher_suites import SUITES, uses_finite_field

from ..errors import Garbled, TooLong
from .hello import SSL3, Offer

MOST_BYTES = 64 * 1024  # the longest honest chains hold a few kilobytes
MOST_MESSAGE = 48 * 1024
MAX_CHAIN = 10  # certificates kept; a server may show the same ones without end
_MOST_RECORD = (1 << 14) + 2048
_ALERT, _HANDSHAKE = 21, 22
_WARNING = 1
_HELLO_REQUEST, _SERVER_HELLO, _CERTIFICATE, _KEY_EXCHANGE = 0, 2, 11, 12
_CERTIFICATE_REQUEST, _DONE, _CERTIFICATE_STATUS = 13, 14, 22
_SELECTED_VERSION = 43  # only TLS 1.3 says it, which nobody offered
_OCSP = 1


@dataclass(slots=True)
class Flight:
    """The answer, as far as it came. `alert` is a refusal, by its number in RFC 8446 6.2."""

    version: int | None = None
    suite: int | None = None
    chain: tuple[bytes, ...] = ()
    staple: bytes = b""
    dh_bits: int | None = None
    wants_certificate: bool = False
    alert: int | None = None


class FlightReader:
    """Fed with what comes, until `complete`. Raises Garbled or TooLong, whatever is sent, within 64 KiB.

    A choice counts once the server has said its last word: some choose a version, then find that they cannot sign.
    """

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._bytes = bytearray()
        self._messages = bytearray()
        self._fed = 0
        self.flight = Flight()
        self.complete = False

    def feed(self, data: bytes) -> None:
        self._fed += len(data)
        self._bytes += data
        if self._fed > MOST_BYTES:
            raise TooLong(f"a TLS answer of more than {MOST_BYTES} bytes")
        while not self.complete and len(self._bytes) >= 5:
            size = int.from_bytes(self._bytes[3:5], "big")
            if self._bytes[1] != 3 or self._bytes[0] not in {_ALERT, _HANDSHAKE} or not 0 < size <= _MOST_RECORD:
                raise Garbled("no TLS record")
            if len(self._bytes) < 5 + size:
                return
            kind, body = self._bytes[0], bytes(self._bytes[5 : 5 + size])
            del self._bytes[: 5 + size]
            if kind == _ALERT:
                self._alerted(body)
            else:
                self._messages += body
                self._read_messages()

    def _alerted(self, body: bytes) -> None:
        if len(body) != 2 or self._messages:
            raise Garbled("a TLS alert of a wrong length")
        if body[0] != _WARNING or body[1] == 0:
            self.flight.alert = body[1]
            self.complete = True

    def _read_messages(self) -> None:
        while not self.complete and len(self._messages) >= 4:
            size = int.from_bytes(self._messages[1:4], "big")
            if size > MOST_MESSAGE:
                raise TooLong(f"a TLS message of {size} bytes")
            if len(self._messages) < 4 + size:
                return
            kind, body = self._messages[0], bytes(self._messages[4 : 4 + size])
            del self._messages[: 4 + size]
            self._message(kind, body)

    def _message(self, kind: int, body: bytes) -> None:
        flight = self.flight
        if kind == _HELLO_REQUEST:
            return
        if (kind == _SERVER_HELLO) != (flight.version is None):
            raise Garbled("TLS messages out of order")
        if kind == _SERVER_HELLO:
            flight.version, flight.suite = _chosen(body, self._offer)
        elif kind == _CERTIFICATE and not flight.chain:
            flight.chain = _certificates(body)
        elif kind == _CERTIFICATE_STATUS:
            flight.staple = _staple(body)
        elif kind == _KEY_EXCHANGE:
            if uses_finite_field(SUITES[flight.suite or 0]):
                flight.dh_bits = _group_bits(body)
        elif kind == _CERTIFICATE_REQUEST:
            flight.wants_certificate = True
        elif kind == _DONE:
            self.complete = True
        else:
            raise Garbled("an unexpected TLS message")


def _chosen(body: bytes, offer: Offer) -> tuple[int, int]:
    """The version and the suite of a ServerHello; a server that chooses what was not offered is not believed."""
    if len(body) < 38 or len(body) < 38 + body[34]:
        raise Garbled("a ServerHello cut short")
    at = 35 + body[34]
    version, suite = int.from_bytes(body[:2], "big"), int.from_bytes(body[at : at + 2], "big")
    if not SSL3 <= version <= offer.version or suite not in offer.suites:
        raise Garbled("TLS chosen that was not offered")
    if _SELECTED_VERSION in _extension_kinds(body[at + 3 :]):
        raise Garbled("TLS chosen that was not offered")
    return version, suite


def _extension_kinds(data: bytes) -> set[int]:
    """None when there are none; raises Garbled when their lengths do not add up."""
    if not data:
        return set()
    if len(data) < 2 or int.from_bytes(data[:2], "big") != len(data) - 2:
        raise Garbled("TLS extensions of a wrong length")
    kinds, at = set(), 2
    while at < len(data):
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if at + 4 + size > len(data):
            raise Garbled("TLS extensions of a wrong length")
        kinds.add(int.from_bytes(data[at : at + 2], "big"))
        at += 4 + size
    return kinds


def _certificates(body: bytes) -> tuple[bytes, ...]:
    if len(body) < 3 or int.from_bytes(body[:3], "big") != len(body) - 3:
        raise Garbled("certificates of a wrong length")
    found: list[bytes] = []
    at = 3
    while at < len(body) and len(found) < MAX_CHAIN:
        size = int.from_bytes(body[at : at + 3], "big")
        at += 3
        if not 0 < size <= len(body) - at:
            raise Garbled("certificates of a wrong length")
        found.append(body[at : at + size])
        at += size
    return tuple(found)


def _staple(body: bytes) -> bytes:
    if len(body) < 4 or body[0] != _OCSP or int.from_bytes(body[1:4], "big") != len(body) - 4:
        raise Garbled("a certificate status of a wrong length")
    return body[4:]


def _group_bits(body: bytes) -> int:
    """The size of the prime that a finite-field exchange works with."""
    size = int.from_bytes(body[:2], "big")
    prime = body[2 : 2 + size]
    if not size or len(prime) != size:
        raise Garbled("a key exchange cut short")
    return int.from_bytes(prime, "big").bit_length()
