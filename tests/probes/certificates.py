"""Certificates of the tests, made once: good, expired, self-signed, in a loop."""

import ssl
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from .conftest import NOW

NAME = "www.valombre.example"


@cache
def key(_owner: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@cache
def certificate(
    subject: str = NAME, issuer: str = "CA", until: datetime = NOW + timedelta(days=90), dns: str = NAME
) -> x509.Certificate:
    names = [x509.DNSName(dns), x509.IPAddress(ip_address("127.77.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key(subject).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=365))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key(issuer), hashes.SHA256())
    )


def context(folder: Path, *chain: x509.Certificate, obsolete: bool = False) -> ssl.SSLContext:
    """A server's context that shows this chain; the key is the first one's owner's."""
    owner = chain[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    private = key(str(owner)).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "chain.pem"
    path.write_bytes(private + b"".join(one.public_bytes(Encoding.PEM) for one in chain))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if obsolete:
        made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        made.set_ciphers("ALL:@SECLEVEL=0")
    made.load_cert_chain(path)
    return made
