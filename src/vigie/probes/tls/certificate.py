"""What does a certificate say, and what stands between it and its authority?"""

import hashlib
import warnings
from collections.abc import Sequence
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as Access

from vigie.engine.facts_of_tls import Certificate, ChainLink, Staple, StapleStatus

from .flight import MAX_CHAIN

# Each part of a damaged certificate is refused in its own way.
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_MOST_NAMES = 100


def read_certificate(der: bytes, above: Sequence[bytes] = ()) -> Certificate | None:
    """The facts of a leaf and of the certificates shown with it; None when there is none or it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a wrong serial or country code is the server's, not ours
            return _read(x509.load_der_x509_certificate(der), der, above)
    except _UNREADABLE:
        return None


def _read(leaf: x509.Certificate, der: bytes, above: Sequence[bytes]) -> Certificate:
    extensions, subject, issuer = leaf.extensions, leaf.subject, leaf.issuer  # each is read anew when it is asked for
    asks, issuer_at = _access(extensions)
    links = tuple(_link(one) for one in above[: MAX_CHAIN - 1])
    self_signed = subject == issuer and _signed_by_itself(leaf)
    return Certificate(
        subject=subject.rfc4514_string()[:512],
        issuer=issuer.rfc4514_string()[:512],
        names=_names(extensions),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        serial=f"{leaf.serial_number:x}",
        sha256=hashlib.sha256(der).hexdigest(),
        key=_key(leaf),
        signature=leaf.signature_algorithm_oid._name,
        self_signed=self_signed,
        chain_length=min(1 + len(above), MAX_CHAIN),
        chain=tuple(link for link in links if link is not None),
        chain_complete=None if self_signed else _is_complete(issuer, above, can_be_fetched=issuer_at),
        says_status_at=asks,
        must_staple=_must_staple(extensions),
    )


def read_staple(data: bytes) -> Staple | None:
    """What the authority said of the certificate, as the server passed it on; None when it passed nothing on."""
    if not data:
        return None
    try:
        told = ocsp.load_der_ocsp_response(data)
        if told.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return Staple(StapleStatus.UNREADABLE, None)
        status = StapleStatus(told.certificate_status.name.lower())
        return Staple(status, told.next_update_utc, f"{told.serial_number:x}")
    except _UNREADABLE:
        return Staple(StapleStatus.UNREADABLE, None)


def name_matches(name: str, patterns: tuple[str, ...]) -> bool:
    """RFC 6125: a wildcard stands for the whole first label only."""
    asked = name.lower().rstrip(".")
    parent = asked.partition(".")[2]
    wanted = {asked, f"*.{parent}"} if "." in parent else {asked}
    return any(pattern.rstrip(".") in wanted for pattern in patterns)


def _access(extensions: x509.Extensions) -> tuple[bool, bool]:
    """Whether it says where its status is asked, and where its issuer's certificate is."""
    try:
        told = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return False, False
    methods = {one.access_method for one in told}
    return Access.OCSP in methods, Access.CA_ISSUERS in methods


def _must_staple(extensions: x509.Extensions) -> bool:
    try:
        told = extensions.get_extension_for_class(x509.TLSFeature).value
    except x509.ExtensionNotFound:
        return False
    return x509.TLSFeatureType.status_request in told


@lru_cache(maxsize=1024)
def _link(der: bytes) -> ChainLink | None:
    """The country has many leaves, and few authorities."""
    try:
        one = x509.load_der_x509_certificate(der)
        return ChainLink(
            subject=one.subject.rfc4514_string()[:512],
            key=_key(one),
            signature=one.signature_algorithm_oid._name,
            not_after=one.not_valid_after_utc,
            self_signed=one.subject == one.issuer,
        )
    except _UNREADABLE:
        return None


@lru_cache(maxsize=1024)
def _subject(der: bytes) -> bytes | None:
    try:
        return x509.load_der_x509_certificate(der).subject.public_bytes()
    except _UNREADABLE:
        return None


def _is_complete(issuer: x509.Name, above: Sequence[bytes], *, can_be_fetched: bool) -> bool | None:
    """Whether the leaf's issuer is shown with it, wherever in the list (RFC 8446 4.4.2 lets them be in any order).

    A public authority never signs a leaf with its root (CA/Browser Forum BR 6.1.7), and says where the certificate
    between them can be fetched. One that says nothing may be a private root, which its clients have: None.
    """
    name = issuer.public_bytes()
    if any(_subject(one) == name for one in above[: MAX_CHAIN - 1]):
        return True
    return False if can_be_fetched else None


def _names(extensions: x509.Extensions) -> tuple[str, ...]:
    try:
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    texts = [str(name.value) for name in names]
    return tuple(text.lower()[:253] for text in texts[:_MOST_NAMES])


def _key(one: x509.Certificate) -> str:
    key = one.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA {key.key_size}"
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519"
    return "Ed448" if isinstance(key, ed448.Ed448PublicKey) else "other"


def _signed_by_itself(leaf: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(leaf)
    except InvalidSignature:
        return False
    except _UNREADABLE:
        return True  # signed in a way so old that nobody checks it any more: its own name says enough
    return True
