"""The certificates that the daemons show: sound, and with one fault each."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

NAME = "www.valombre.example"

#   file -> (signed by the authority, days from its end)
KINDS = {
    "good": (True, 200),
    "self-signed": (False, 200),
    "expired": (True, -3),
    "ends-soon": (True, 9),
    "short-key": (True, 200),
    "alone": (True, 200),  # without what stands between it and its root
    "linked": (True, 200),  # with it, and without the root
    "revoked": (True, 200),  # and its authority says so, in revoked.ocsp
}
# As a public authority does: where the status is asked, where the issuer's certificate is.
_LIKE_A_PUBLIC_ONE = frozenset({"alone", "linked", "revoked"})


def make(folder: Path, now: datetime) -> Path:
    """Write NAME.pem (key, then certificates), NAME.key and NAME.crt for each kind; return the folder."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    # One key for all: what differs is the certificate. RSA, since old settings know nothing else.
    own, authority = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 -- its fault
    root = _certificate("Valombre CA", "Valombre CA", authority, authority, now, 300)
    between = _certificate("Valombre CA", "Valombre Root", authority, own, now, 300)
    for kind, (is_signed, days) in KINDS.items():
        issuer, signer = ("Valombre CA", authority) if is_signed else (NAME, own)
        key = short if kind == "short-key" else own
        leaf = _certificate(NAME, issuer, key, signer, now, days, public=kind in _LIKE_A_PUBLIC_ONE)
        above = {"alone": [], "linked": [between]}.get(kind, [root] if is_signed else [])
        chain = b"".join(one.public_bytes(Encoding.PEM) for one in (leaf, *above))
        private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        _write(folder / f"{kind}.key", private)
        _write(folder / f"{kind}.crt", chain)
        _write(folder / f"{kind}.pem", private + chain)
        if kind == "revoked":
            _write(folder / "revoked.ocsp", _revocation(leaf, root, authority, now))
    return folder


def _revocation(leaf: x509.Certificate, issuer: x509.Certificate, authority: rsa.RSAPrivateKey, now: datetime) -> bytes:
    """What the authority answers to whoever asks of this certificate."""
    told = ocsp.OCSPResponseBuilder().add_response(
        leaf, issuer, hashes.SHA256(), ocsp.OCSPCertStatus.REVOKED, now, now + timedelta(days=3), now, None
    )
    signed = told.responder_id(ocsp.OCSPResponderEncoding.NAME, issuer).sign(authority, hashes.SHA256())
    return signed.public_bytes(Encoding.DER)


def _certificate(
    subject: str,
    issuer: str,
    own: rsa.RSAPrivateKey,
    signer: rsa.RSAPrivateKey,
    now: datetime,
    days: int,
    *,
    public: bool = False,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
    )
    if public:
        place = x509.UniformResourceIdentifier("http://authority.valombre.example/")
        methods = (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
        told = x509.AuthorityInformationAccess([x509.AccessDescription(method, place) for method in methods])
        builder = builder.add_extension(told, critical=False)
    return builder.sign(signer, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write(path: Path, data: bytes) -> None:
    # Of no worth to anyone: read by daemons that run as nobody.
    path.write_bytes(data)
    path.chmod(0o644)
