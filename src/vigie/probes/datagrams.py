"""Which one question may be asked of a port without connections, and is that an answer to it?

Each is the smallest well-formed question of its protocol that tries no secret and leaves nothing behind at the other
end. A server that answers nobody without a secret (SNMP v1 and v2c, OpenVPN with tls-auth) is silent: unknown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Build = Callable[[bytes, str], bytes]
IsAnswer = Callable[[bytes, bytes], bool]


@dataclass(frozen=True, slots=True)
class Datagram:
    """`build` makes the question from 8 random bytes and the address asked; `is_answer` compares a reply with them."""

    service: str
    port: int  # the usual one
    reference: str
    build: Build
    is_answer: IsAnswer


def dns(token: bytes, _address: str) -> bytes:
    """version.bind, class CHAOS, type TXT, no recursion: answered or refused by the server itself, from no zone."""
    return token[:2] + bytes.fromhex("0000000100000000 0000") + b"\x07version\x04bind\0" + bytes.fromhex("00100003")


def is_dns(token: bytes, reply: bytes) -> bool:
    return len(reply) >= 12 and reply[:2] == token[:2] and reply[2] & 0x80 != 0


def snmp(token: bytes, _address: str) -> bytes:
    """Discovery of the engine: a version 3 request of no user, which is answered by a report to anyone."""
    number = _number(token)
    header = _der(0x30, _der(2, number) + _der(2, b"\x00\xff\xe3") + _der(4, b"\x04") + _der(2, b"\x03"))
    nobody = _der(0x30, _der(4, b"") + _der(2, b"\0") + _der(2, b"\0") + _der(4, b"") * 3)
    request = _der(0xA0, _der(2, number) + _der(2, b"\0") * 2 + _der(0x30, b""))
    scoped = _der(0x30, _der(4, b"") * 2 + request)
    return _der(0x30, _der(2, b"\x03") + header + _der(4, nobody) + scoped)


def is_snmp(token: bytes, reply: bytes) -> bool:
    return reply[:1] == b"\x30" and b"\x02\x01\x03" in reply[:8] and _der(2, _number(token)) in reply[:24]


def ntp(token: bytes, _address: str) -> bytes:
    """The time, as any client asks it (version 4, mode 3); our transmit timestamp is the token, which comes back."""
    return b"\x23" + bytes(39) + token


def is_ntp(token: bytes, reply: bytes) -> bool:
    return len(reply) >= 48 and reply[0] & 7 == 4 and reply[24:32] == token


def ike(token: bytes, _address: str) -> bytes:
    """IKE_SA_INIT whose key is of another group than the proposal: refused in one message, without a half-open SA."""
    transforms = (
        b"\x03\0\0\x0c\x01\0\0\x0c\x80\x0e\x01\x00"  # AES-CBC, 256 bits
        b"\x03\0\0\x08\x02\0\0\x05"  # PRF HMAC-SHA2-256
        b"\x03\0\0\x08\x03\0\0\x0c"  # HMAC-SHA2-256-128
        b"\0\0\0\x08\x04\0\0\x0e"  # group 14
    )
    proposal = b"\0\0" + (8 + len(transforms)).to_bytes(2, "big") + b"\x01\x01\0\x04" + transforms
    association = _payload(34, proposal)
    exchange = _payload(40, b"\0\x02\0\0" + bytes(127) + b"\x02")  # group 2
    nonce = _payload(0, token * 4)
    body = association + exchange + nonce
    return token + bytes(8) + b"\x21\x20\x22\x08" + bytes(4) + (28 + len(body)).to_bytes(4, "big") + body


def is_ike(token: bytes, reply: bytes) -> bool:
    """The token is the initiator's SPI: a version 2 answer is flagged, a version 1 one tells its own version."""
    return len(reply) >= 28 and reply[:8] == token and (reply[17] >> 4 == 1 or reply[19] & 0x20 != 0)


def openvpn(token: bytes, _address: str) -> bytes:
    """A hard reset of the client, version 2: the first packet of any session, which holds nothing yet."""
    return b"\x38" + token + bytes(5)


def is_openvpn(token: bytes, reply: bytes) -> bool:
    return len(reply) >= 14 and reply[0] >> 3 == 8 and token in reply[9:]


def sip(token: bytes, address: str) -> bytes:
    """OPTIONS of nobody: what the server can do. Its answer is sent to where the question came from (rport)."""
    mark = token.hex()
    where = f"[{address}]" if ":" in address else address
    lines = (
        f"OPTIONS sip:{where} SIP/2.0",
        f"Via: SIP/2.0/UDP scanner.invalid;branch=z9hG4bK{mark};rport",
        "Max-Forwards: 70",
        f"From: <sip:vigie@scanner.invalid>;tag={mark[:8]}",
        f"To: <sip:{where}>",
        f"Call-ID: {mark}@scanner.invalid",
        "CSeq: 1 OPTIONS",
        "Content-Length: 0",
    )
    return "\r\n".join((*lines, "", "")).encode()


def is_sip(token: bytes, reply: bytes) -> bool:
    return reply.startswith(b"SIP/2.0 ") and token.hex().encode() in reply


DATAGRAMS: Mapping[str, Datagram] = {
    one.service: one
    for one in (
        Datagram("dns", 53, "RFC 1035 4.1; RFC 4892 (version.bind)", dns, is_dns),
        Datagram("ntp", 123, "RFC 5905 7.3", ntp, is_ntp),
        Datagram("snmp", 161, "RFC 3414 4 (discovery)", snmp, is_snmp),
        Datagram("ike", 500, "RFC 7296 1.2, 2.7 (INVALID_KE_PAYLOAD)", ike, is_ike),
        Datagram("openvpn", 1194, "OpenVPN network protocol, P_CONTROL_HARD_RESET_CLIENT_V2", openvpn, is_openvpn),
        Datagram("sip", 5060, "RFC 3261 11 (OPTIONS); RFC 3581 (rport)", sip, is_sip),
    )
}


def _number(token: bytes) -> bytes:
    """Four bytes that are a positive number without a leading zero."""
    return bytes([token[0] & 0x3F | 0x40]) + token[1:4]


def _der(tag: int, content: bytes) -> bytes:
    return bytes([tag, len(content)]) + content  # nothing here reaches 128 bytes


def _payload(following: int, content: bytes) -> bytes:
    return bytes([following, 0]) + (4 + len(content)).to_bytes(2, "big") + content
