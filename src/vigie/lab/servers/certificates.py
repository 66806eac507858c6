"""Which certificate does each server show? Made when first asked for, by an authority of the laboratory."""

import ssl
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from vigie.lab.faces import CertificateKind, Face, Trait
from vigie.lab.plan import ZONE

from .visit import Visit

#   kind -> days from now when it begins, when it ends
LIFETIMES = {CertificateKind.EXPIRED: (-120, -30), CertificateKind.EXPIRING: (-80, 10)}
USUAL_LIFETIME = (-30, 335)
OTHER_NAME = f"ancien-serveur.{ZONE}"


@dataclass(frozen=True, slots=True)
class _Authority:
    name: x509.Name
    key: ec.EllipticCurvePrivateKey


class Certificates:
    """The authority, its certificates, and the TLS contexts that show them. Files are kept in `folder`."""

    def __init__(self, folder: Path, now: datetime) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._now = folder, now
        # One key for every leaf: what is looked at is the certificate, and a key of its own proves nothing more.
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._authority = _Authority(_name("Autorité du laboratoire Valombre"), ec.generate_private_key(ec.SECP256R1()))
        self._contexts: dict[tuple[CertificateKind, str, bool], ssl.SSLContext] = {}

    def context(self, visit: Visit) -> ssl.SSLContext:
        face, name = visit.face, visit.own_name
        obsolete = Trait.OBSOLETE_TLS in face.traits
        key = (face.certificate, name, obsolete)
        if key not in self._contexts:
            chain = self._chain(face, name, visit.address)
            self._contexts[key] = _context(self._write(f"{face.certificate}-{name}.pem", chain), obsolete=obsolete)
        return self._contexts[key]

    def _chain(self, face: Face, name: str, address: str) -> list[x509.Certificate]:
        kind = face.certificate
        shown = OTHER_NAME if kind is CertificateKind.WRONG_NAME else name
        names = [x509.DNSName(shown)]
        others = [] if kind is CertificateKind.WRONG_NAME else [x509.IPAddress(ip_address(address))]
        days = LIFETIMES.get(kind, USUAL_LIFETIME)
        if kind is CertificateKind.SELF_SIGNED:
            return [self._sign(_name(shown), self._key, _Authority(_name(shown), self._key), days, [*names, *others])]
        leaf = self._sign(_name(shown), self._key, self._authority, days, [*names, *others])
        return [leaf, *self._loop()] if kind is CertificateKind.LOOPING else [leaf]

    def _loop(self) -> list[x509.Certificate]:
        """Two authorities, each signed by the other: whoever climbs the chain never reaches its end."""
        other = _Authority(_name("Autorité croisée Valombre"), ec.generate_private_key(ec.SECP256R1()))
        ours = self._authority
        climbing = self._sign(ours.name, ours.key, other, USUAL_LIFETIME, [], authority=True)
        return [climbing, self._sign(other.name, other.key, ours, USUAL_LIFETIME, [], authority=True)]

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        issuer: _Authority,
        days: tuple[int, int],
        names: list[x509.GeneralName],
        *,
        authority: bool = False,
    ) -> x509.Certificate:
        begins, ends = (self._now + timedelta(days=number) for number in days)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(issuer.key, hashes.SHA256())

    def _write(self, file_name: str, chain: list[x509.Certificate]) -> Path:
        path = self._folder / file_name
        key = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.touch(mode=0o600)
        path.write_bytes(key + b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain))
        return path


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _context(path: Path, *, obsolete: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if obsolete:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that it is deprecated is the point
            context.minimum_version = ssl.TLSVersion.TLSv1
        # OpenSSL 3 keeps TLS 1.0 for those who lower the level expressly.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(path)
    return context
