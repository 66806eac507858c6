"""The certificates that the daemons show: signed by an authority, by themselves, past their date, soon past it."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NAME = "www.valombre.example"

#   file -> (signed by the authority, days from its end)
KINDS = {"good": (True, 200), "self-signed": (False, 200), "expired": (True, -3), "ends-soon": (True, 9)}


def make(folder: Path, now: datetime) -> Path:
    """Write NAME.pem (key, then certificates), NAME.key and NAME.crt for each kind; return the folder."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    # One key for all: what differs is the certificate. RSA, since old settings know nothing else.
    own, authority = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    private = own.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    root = _certificate("Valombre CA", "Valombre CA", authority, authority, now, 300)
    for kind, (is_signed, days) in KINDS.items():
        issuer, signer = ("Valombre CA", authority) if is_signed else (NAME, own)
        leaf = _certificate(NAME, issuer, own, signer, now, days)
        chain = leaf + root if is_signed else leaf
        _write(folder / f"{kind}.key", private)
        _write(folder / f"{kind}.crt", chain)
        _write(folder / f"{kind}.pem", private + chain)
    return folder


def _certificate(
    subject: str, issuer: str, own: rsa.RSAPrivateKey, signer: rsa.RSAPrivateKey, now: datetime, days: int
) -> bytes:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(signer, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write(path: Path, data: bytes) -> None:
    # Of no worth to anyone: read by daemons that run as nobody.
    path.write_bytes(data)
    path.chmod(0o644)
