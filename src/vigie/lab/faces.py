"""What can a service of the laboratory look like, and what must a perfect observer conclude of it?

Written by hand from public facts, never by running Vigie: the end-to-end test compares the two. `cves` are
those that upstream's version is known to have; a product that is only sold by its page, or packaged by a
distribution that mends without changing the version, has none here: nothing can be affirmed of it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class Protocol(StrEnum):
    SSH = "ssh"
    FTP = "ftp"
    SMTP = "smtp"
    HTTP = "http"
    HTTPS = "https"
    DICOM = "dicom"
    MLLP = "mllp"
    FHIR = "fhir"
    SILENT = "silent"  # accepts, then says nothing
    ENDLESS = "endless"  # sends without end
    BIG_HEADER = "big-header"  # a web server whose header weighs 1 MB


class CertificateKind(StrEnum):
    GOOD = "good"
    EXPIRED = "expired"
    EXPIRING = "expiring"  # in ten days
    SELF_SIGNED = "self-signed"
    WRONG_NAME = "wrong-name"
    LOOPING = "looping"  # good, shown with two authorities that signed each other


class Trait(StrEnum):
    NO_HSTS = "no-hsts"
    OBSOLETE_TLS = "obsolete-tls"
    NO_TLS = "no-tls"  # neither STARTTLS nor AUTH TLS
    WEAK_ALGORITHMS = "weak-algorithms"
    OLD_PROTOCOL = "old-protocol"  # SSH-1.99
    REFUSES_UNKNOWN = "refuses-unknown"
    SECURED = "secured"  # the FHIR statement declares its security
    LATIN_1 = "latin-1"


@dataclass(frozen=True, slots=True)
class Product:
    vendor: str
    product: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Face:
    slug: str
    protocol: Protocol
    says: str = ""  # banner, Server header, DICOM implementation version, FHIR software
    product: Product | None = None
    page: str = ""
    certificate: CertificateKind = CertificateKind.GOOD
    traits: frozenset[Trait] = frozenset()
    fails: tuple[str, ...] = ()  # slugs of the checks that it must fail
    cves: tuple[str, ...] = ()  # at least these, by its version
    becomes: str = ""  # slug of the face that mends it; "" when it can only be closed

    @property
    def is_weak(self) -> bool:
        return bool(self.fails or self.cves)


def _openssh(version: str) -> Product:
    return Product("openbsd", "openssh", version)


def _apache(version: str) -> Product:
    return Product("apache", "http_server", version)


def _nginx(version: str) -> Product:
    return Product("nginx", "nginx", version)


_S, _F, _M, _H, _T = Protocol.SSH, Protocol.FTP, Protocol.SMTP, Protocol.HTTP, Protocol.HTTPS
_NO_TLS, _LOGIN = frozenset({Trait.NO_TLS}), "login"

_SSH = (
    Face("ssh-10.0", _S, "OpenSSH_10.0p2", _openssh("10.0p2")),
    Face("ssh-9.9", _S, "OpenSSH_9.9p2", _openssh("9.9p2")),
    Face("ssh-debian-12", _S, "OpenSSH_9.2p1 Debian-2+deb12u7", _openssh("9.2p1")),
    Face("ssh-debian-11", _S, "OpenSSH_8.4p1 Debian-5+deb11u3", _openssh("8.4p1")),
    Face("ssh-9.2", _S, "OpenSSH_9.2p1", _openssh("9.2p1"), cves=("CVE-2024-6387",), becomes="ssh-9.9"),
    Face("ssh-7.4", _S, "OpenSSH_7.4", _openssh("7.4"), cves=("CVE-2018-15473",), becomes="ssh-10.0"),
    Face("ssh-weak-algorithms", _S, "OpenSSH_9.9p2", _openssh("9.9p2"), traits=frozenset({Trait.WEAK_ALGORITHMS}),
         fails=("ssh-weak-algorithms",), becomes="ssh-9.9"),
    Face("ssh-1.99", _S, "Cisco-1.25", Product("cisco", "ios"), traits=frozenset({Trait.OLD_PROTOCOL}),
         fails=("ssh-obsolete-protocol",), becomes="ssh-9.9"),
)  # fmt: skip

_PROFTPD, _VSFTPD = ("proftpd", "proftpd"), ("vsftpd_project", "vsftpd")
_FTP = (
    Face("ftp-proftpd", _F, "ProFTPD 1.3.8d Server (Fichiers)", Product(*_PROFTPD, "1.3.8d")),
    Face("ftp-vsftpd", _F, "(vsFTPd 3.0.5)", Product(*_VSFTPD, "3.0.5")),
    Face("ftp-latin-1", _F, "Dépôt de fichiers de l'hôpital, accès réservé", traits=frozenset({Trait.LATIN_1})),
    Face("ftp-proftpd-1.3.5", _F, "ProFTPD 1.3.5 Server (Fichiers)", Product(*_PROFTPD, "1.3.5"),
         cves=("CVE-2015-3306",), becomes="ftp-proftpd"),
    Face("ftp-vsftpd-2.3.4", _F, "(vsFTPd 2.3.4)", Product(*_VSFTPD, "2.3.4"),
         cves=("CVE-2011-2523",), becomes="ftp-vsftpd"),
    Face("ftp-clear", _F, "(vsFTPd 3.0.5)", Product(*_VSFTPD, "3.0.5"), traits=_NO_TLS,
         fails=("ftp-no-tls",), becomes="ftp-vsftpd"),
)  # fmt: skip

_SMTP = (
    Face("smtp-exim", _M, "ESMTP Exim 4.98.1", Product("exim", "exim", "4.98.1")),
    Face("smtp-postfix", _M, "ESMTP Postfix", Product("postfix", "postfix")),
    Face("smtp-exim-4.89", _M, "ESMTP Exim 4.89", Product("exim", "exim", "4.89"),
         cves=("CVE-2018-6789", "CVE-2019-10149", "CVE-2019-15846"), becomes="smtp-exim"),
    Face("smtp-clear", _M, "ESMTP Postfix", Product("postfix", "postfix"), traits=_NO_TLS,
         fails=("smtp-no-starttls",), becomes="smtp-postfix"),
)  # fmt: skip

_IIS = Product("microsoft", "internet_information_services", "10.0")
_A2449 = ("CVE-2021-41773", "CVE-2021-42013", "CVE-2021-44790")
_N118 = ("CVE-2021-23017",)
_ORTHANC = ("orthanc-server", "orthanc")
_HTTP = (
    Face("http-redirect-nginx", _H, "nginx/1.28.0", _nginx("1.28.0"), "redirect"),
    Face("http-redirect-apache", _H, "Apache/2.4.65 (Unix)", _apache("2.4.65"), "redirect"),
    Face("http-redirect-iis", _H, "Microsoft-IIS/10.0", _IIS, "redirect"),
    Face("http-apache", _H, "Apache/2.4.65 (Unix)", _apache("2.4.65"), "site"),
    Face("http-nginx", _H, "nginx/1.28.0", _nginx("1.28.0"), "site"),
    Face("http-debian", _H, "Apache/2.4.62 (Debian)", _apache("2.4.62"), "site"),
    Face("http-ubuntu", _H, "nginx/1.18.0 (Ubuntu)", _nginx("1.18.0"), "site"),
    Face("http-apache-2.4.49", _H, "Apache/2.4.49 (Unix)", _apache("2.4.49"), "site",
         cves=_A2449, becomes="http-apache"),
    Face("http-nginx-1.18", _H, "nginx/1.18.0", _nginx("1.18.0"), "site", cves=_N118, becomes="http-nginx"),
    Face("http-listing", _H, "nginx/1.28.0", _nginx("1.28.0"), "listing",
         fails=("http-directory-listing",), becomes="http-nginx"),
    Face("http-login", _H, "Apache/2.4.65 (Unix)", _apache("2.4.65"), _LOGIN,
         fails=("http-login-in-clear",), becomes="http-redirect-apache"),
    Face("orthanc", _H, "", Product(*_ORTHANC, "1.12.9"), "orthanc"),
    Face("orthanc-1.11.2", _H, "", Product(*_ORTHANC, "1.11.2"), "orthanc",
         cves=("CVE-2023-33466",), becomes="orthanc"),
    Face("http-big-header", Protocol.BIG_HEADER),
)  # fmt: skip

_SITE = Face("https-nginx", _T, "nginx/1.28.0", _nginx("1.28.0"), "site")
_MIRTH = ("nextgen", "mirth_connect")
_PULSE = ("pulsesecure", "pulse_connect_secure")


def _site(slug: str, fails: str, certificate: CertificateKind = CertificateKind.GOOD, *traits: Trait) -> Face:
    """A sound site but for one fault of its TLS side."""
    return replace(
        _SITE, slug=slug, certificate=certificate, traits=frozenset(traits), fails=(fails,), becomes=_SITE.slug
    )


_HTTPS = (
    _SITE,
    Face("https-apache", _T, "Apache/2.4.65 (Unix)", _apache("2.4.65"), "site"),
    Face("https-iis", _T, "Microsoft-IIS/10.0", _IIS, "site"),
    Face("https-debian", _T, "Apache/2.4.62 (Debian)", _apache("2.4.62"), "site"),
    Face("https-login", _T, "nginx/1.28.0", _nginx("1.28.0"), _LOGIN),
    Face("https-looping", _T, "nginx/1.28.0", _nginx("1.28.0"), "site", certificate=CertificateKind.LOOPING),
    Face("webmail", _T, "", Product("roundcube", "webmail"), "roundcube"),
    Face("vpn-fortigate", _T, "", Product("fortinet", "fortios"), "fortigate"),
    Face("vpn-citrix", _T, "", Product("citrix", "netscaler_gateway"), "citrix"),
    Face("mirth", _T, "", Product(*_MIRTH, "4.5.2"), "mirth"),
    Face("mirth-4.4.0", _T, "", Product(*_MIRTH, "4.4.0"), "mirth", cves=("CVE-2023-43208",), becomes="mirth"),
    # The builds of the two releases: 9.1R8 and 9.0R2. Mended by another make, as several hospitals did.
    Face("vpn-pulse-9.1", _T, "9.1.8.7453", Product(*_PULSE, "9.1.8.7453"), "pulse",
         cves=("CVE-2021-22893",), becomes="vpn-fortigate"),
    Face("vpn-pulse-9.0", _T, "9.0.2.63965", Product(*_PULSE, "9.0.2.63965"), "pulse",
         cves=("CVE-2019-11510",), becomes="vpn-citrix"),
    Face("https-apache-2.4.49", _T, "Apache/2.4.49 (Unix)", _apache("2.4.49"), "site",
         cves=_A2449, becomes="https-apache"),
    Face("https-nginx-1.18", _T, "nginx/1.18.0", _nginx("1.18.0"), "site", cves=_N118, becomes="https-nginx"),
    _site("https-expired", "tls-certificate-expired", CertificateKind.EXPIRED),
    _site("https-expiring", "tls-certificate-expires-soon", CertificateKind.EXPIRING),
    _site("https-self-signed", "tls-certificate-self-signed", CertificateKind.SELF_SIGNED),
    _site("https-wrong-name", "tls-name-mismatch", CertificateKind.WRONG_NAME),
    _site("https-obsolete", "tls-obsolete-protocol", CertificateKind.GOOD, Trait.OBSOLETE_TLS),
    _site("https-no-hsts", "http-no-hsts", CertificateKind.GOOD, Trait.NO_HSTS),
)  # fmt: skip

_HEALTH = (
    Face("dicom-open", Protocol.DICOM, "OFFIS_DCMTK_369", Product("offis", "dcmtk", "3.6.9"),
         fails=("dicom-answers-anyone",)),
    Face("dicom-open-python", Protocol.DICOM, "PYNETDICOM_304", Product("pydicom", "pynetdicom", "3.0.4"),
         fails=("dicom-answers-anyone",)),
    # A rejection carries no implementation version: the product cannot be told.
    Face("dicom-refusing", Protocol.DICOM, "OFFIS_DCMTK_369", traits=frozenset({Trait.REFUSES_UNKNOWN}),
         fails=("dicom-exposed",)),
    Face("mllp", Protocol.MLLP, fails=("mllp-exposed",)),
    Face("fhir", Protocol.FHIR, "7.4.0", Product("hapifhir", "hl7_fhir_core", "7.4.0"), "fhir",
         traits=frozenset({Trait.SECURED})),
    Face("fhir-open", Protocol.FHIR, "7.4.0", Product("hapifhir", "hl7_fhir_core", "7.4.0"), "fhir",
         fails=("fhir-no-security",), becomes="fhir"),
)  # fmt: skip

_ODD = (Face("silent", Protocol.SILENT), Face("endless", Protocol.ENDLESS))

FACES = {face.slug: face for face in (*_SSH, *_FTP, *_SMTP, *_HTTP, *_HTTPS, *_HEALTH, *_ODD)}
