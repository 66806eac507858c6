"""Which protocol and which certificate does this server show, and does it still accept an obsolete protocol?"""

import hashlib
import secrets
import ssl
import struct
import warnings
from functools import cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from vigie.engine.facts import Certificate, RawAnswer, TlsFacts

from .answer import kept
from .connection import Connection
from .errors import Closed, Garbled, ProbeError, Silent

# Each part of a damaged certificate is refused in its own way.
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
MAX_CHAIN = 10  # a server may show the same certificates without end
_OBSOLETE_SUITES = (
    # What a server that speaks TLS 1.0 or 1.1 can choose: ECDHE then DHE then RSA, AES, 3DES, RC4.
    0xC00A, 0xC009, 0xC014, 0xC013, 0x0039, 0x0033, 0x0035, 0x002F, 0xC008, 0xC012, 0x0016, 0x000A, 0x0005, 0x0004,
    0x00FF,
)  # fmt: skip


@cache
def context() -> ssl.SSLContext:
    """Speaks every protocol and trusts everyone: what is wrong is to be seen, not refused."""
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    own.check_hostname = False
    own.verify_mode = ssl.CERT_NONE
    own.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    own.set_ciphers("ALL:@SECLEVEL=0")
    # Old servers close without saying so, and cannot renegotiate safely: neither hides what they show.
    own.options |= getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0) | getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return own


def facts_of(connection: Connection, accepts_obsolete: bool | None) -> TlsFacts:
    """What the handshake of this connection showed."""
    tls = connection.tls
    if tls is None:
        raise Garbled("no TLS")
    protocol = tls.version() or ""
    if protocol in {"TLSv1", "TLSv1.1"}:
        accepts_obsolete = True
    certificate = read_certificate(tls.getpeercert(binary_form=True) or b"", _chain_length(tls))
    name = connection.server_name
    matches = None if name is None or certificate is None else name_matches(name, certificate.names)
    cipher = tls.cipher()
    return TlsFacts(protocol, cipher[0] if cipher else "", certificate, accepts_obsolete, name, matches)


def read_certificate(der: bytes, chain_length: int) -> Certificate | None:
    """The facts of a certificate; None when there is none or it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a wrong serial or country code is the server's, not ours
            leaf = x509.load_der_x509_certificate(der)
            return Certificate(
                subject=leaf.subject.rfc4514_string()[:512],
                issuer=leaf.issuer.rfc4514_string()[:512],
                names=_names(leaf),
                not_before=leaf.not_valid_before_utc,
                not_after=leaf.not_valid_after_utc,
                serial=f"{leaf.serial_number:x}",
                sha256=hashlib.sha256(der).hexdigest(),
                key=_key(leaf),
                signature=leaf.signature_algorithm_oid._name,
                self_signed=_is_self_signed(leaf),
                chain_length=chain_length,
            )
    except _UNREADABLE:
        return None


def name_matches(name: str, patterns: tuple[str, ...]) -> bool:
    """RFC 6125: a wildcard stands for the whole first label only."""
    asked = name.lower().rstrip(".")
    parent = asked.partition(".")[2]
    wanted = {asked, f"*.{parent}"} if "." in parent else {asked}
    return any(pattern.rstrip(".") in wanted for pattern in patterns)


def obsolete_hello(server_name: str | None) -> bytes:
    """A ClientHello that offers TLS 1.1 at most, so that a server that speaks 1.1 or 1.0 answers it."""
    suites = b"".join(struct.pack(">H", suite) for suite in _OBSOLETE_SUITES)
    extensions = _extension(10, struct.pack(">HHHH", 6, 23, 24, 25)) + _extension(11, b"\x01\x00")
    if server_name is not None:
        name = server_name.encode("ascii", "ignore")
        extensions = _extension(0, struct.pack(">HBH", len(name) + 3, 0, len(name)) + name) + extensions
    body = b"\x03\x02" + secrets.token_bytes(32) + b"\0" + struct.pack(">H", len(suites)) + suites + b"\x01\0"
    body += struct.pack(">H", len(extensions)) + extensions
    hello = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack(">H", len(hello)) + hello


async def ask_obsolete(connection: Connection, *, first: float) -> tuple[bool | None, RawAnswer]:
    """Whether TLS 1.0 or 1.1 is accepted; None when nothing can be told from what came back."""
    hello = obsolete_hello(connection.server_name)
    try:
        await connection.send(hello)
        answer = await connection.read_exactly(11, first=first, total=first)
    except Closed:
        # It spoke TLS a moment ago: closing on this hello is its way of refusing it.
        answer = bytes(connection.received)
        return (parse_server_hello(answer) if answer else False), kept("tls-obsolete", hello, answer)
    except Silent:
        answer = bytes(connection.received)
        return (parse_server_hello(answer) if answer else None), kept("tls-obsolete", hello, answer)
    except ProbeError:
        return None, kept("tls-obsolete", hello, b"")
    return parse_server_hello(answer), kept("tls-obsolete", hello, answer)


def parse_server_hello(answer: bytes) -> bool | None:
    """True for a ServerHello of TLS 1.0 or 1.1, False for an alert, None for anything else."""
    if answer[:1] == b"\x15" and answer[1:2] == b"\x03":
        return False
    if answer[:1] == b"\x16" and answer[5:6] == b"\x02" and len(answer) >= 11:
        return answer[9:11] in {b"\x03\x01", b"\x03\x02"}
    return None


def _chain_length(tls: ssl.SSLObject) -> int:
    # Public from Python 3.13 on; before, the same call of the object that it wraps.
    chain = getattr(tls, "get_unverified_chain", None) or getattr(
        getattr(tls, "_sslobj", None), "get_unverified_chain", None
    )
    shown = (chain() if chain else None) or ()
    return min(max(1, len(shown)), MAX_CHAIN)


def _names(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    texts = [str(name.value) for name in names]
    return tuple(text.lower()[:253] for text in texts[:100])


def _key(leaf: x509.Certificate) -> str:
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA {key.key_size}"
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519"
    return "Ed448" if isinstance(key, ed448.Ed448PublicKey) else "other"


def _is_self_signed(leaf: x509.Certificate) -> bool:
    if leaf.subject != leaf.issuer:
        return False
    try:
        leaf.verify_directly_issued_by(leaf)
    except (*_UNREADABLE, InvalidSignature):
        return False
    return True


def _extension(kind: int, value: bytes) -> bytes:
    return struct.pack(">HH", kind, len(value)) + value
