"""What does each kind of machine of a hospital run, when it is well kept and when it is not?"""

from dataclasses import dataclass

from .faces import FACES, Face


@dataclass(frozen=True, slots=True)
class Slot:
    """One port of a machine: the sound faces it may have, and the weak ones."""

    port: int
    sound: tuple[Face, ...]
    weak: tuple[Face, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    slug: str
    label: str  # in the owner's words, for the perimeter file
    host_name: str  # first label of its name; "" for a machine without a name
    slots: tuple[Slot, ...]
    care_data: bool = False


def _slot(port: int, sound: str, weak: str = "") -> Slot:
    return Slot(port, tuple(FACES[s] for s in sound.split()), tuple(FACES[s] for s in weak.split()))


_SSH = _slot(2222, "ssh-10.0 ssh-9.9 ssh-debian-12 ssh-debian-11", "ssh-9.2 ssh-7.4 ssh-weak-algorithms ssh-1.99")
_TLS_FAULTS = "https-expired https-expiring https-self-signed https-obsolete https-no-hsts"
_MAIL = ("smtp-exim smtp-postfix", "smtp-exim-4.89 smtp-clear")

WWW = Role("www", "Site public", "www", (
    _slot(8080, "http-redirect-nginx http-redirect-apache http-redirect-iis",
          "http-listing http-apache-2.4.49 http-nginx-1.18"),
    _slot(8443, "https-nginx https-apache https-iis https-debian",
          f"{_TLS_FAULTS} https-wrong-name https-apache-2.4.49 https-nginx-1.18"),
))  # fmt: skip
PORTAL = Role("portal", "Portail des patients", "portail", (
    _slot(8080, "http-redirect-nginx http-redirect-apache", "http-login"),
    _slot(9443, "https-login", f"{_TLS_FAULTS} https-wrong-name"),
), care_data=True)  # fmt: skip
VPN = Role("vpn", "Accès distant", "vpn", (
    _slot(10443, "vpn-fortigate vpn-citrix", "vpn-pulse-9.1 vpn-pulse-9.0"),
    _slot(8080, "http-redirect-nginx", "http-nginx-1.18"),
))  # fmt: skip
MAIL = Role("mail", "Messagerie", "", (
    _slot(2525, *_MAIL),
    _slot(2587, *_MAIL),
    _slot(9443, "webmail"),
))  # fmt: skip
FILES = Role("files", "Dépôt de fichiers", "", (
    _slot(2121, "ftp-proftpd ftp-vsftpd", "ftp-proftpd-1.3.5 ftp-vsftpd-2.3.4 ftp-clear"),
    _slot(8443, "https-login https-apache", _TLS_FAULTS),
    _SSH,
))  # fmt: skip
SERVER = Role("server", "Serveur applicatif", "", (
    _slot(8081, "http-apache http-nginx http-debian http-ubuntu", "http-login http-listing http-apache-2.4.49"),
    _slot(8443, "https-nginx https-apache", f"{_TLS_FAULTS} https-nginx-1.18"),
    _SSH,
))  # fmt: skip
IMAGING = Role("imaging", "Imagerie", "", (
    _slot(8088, "orthanc", "orthanc-1.11.2"),
    _slot(11112, "", "dicom-open dicom-refusing"),
    _SSH,
), care_data=True)  # fmt: skip
MODALITY = Role("modality", "Échographe", "", (
    _slot(4242, "", "dicom-open-python dicom-refusing"),
), care_data=True)  # fmt: skip
INTEROP = Role("interop", "Plate-forme d'échanges", "", (
    _slot(2575, "", "mllp"),
    _slot(8443, "mirth", "mirth-4.4.0"),
    _slot(8090, "fhir", "fhir-open"),
    _SSH,
), care_data=True)  # fmt: skip
REFUSER = Role("refuser", "Pare-feu", "", ())

#   every establishment has a public site; the others are drawn, in this order
OTHERS = (PORTAL, VPN, MAIL, FILES, SERVER)
BIGGEST = (WWW, *OTHERS, SERVER, SERVER)  # a regional hospital
