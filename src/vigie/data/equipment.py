"""Which kind of equipment is a product, as far as our fingerprints know it?"""

from functools import cache

from . import documents

SETTING, OTHER = "setting", "other"
REMOTE_ACCESS = "remote_access"
#   file of fingerprints -> kind of equipment
KINDS = {
    "appliances": REMOTE_ACCESS,
    "gateways": REMOTE_ACCESS,
    "remote_access": REMOTE_ACCESS,
    "exchange": "mail",
    "mail": "mail",
    "mailservers": "mail",
    "webmail": "mail",
    "applications": "web",
    "servers": "web",
    "web": "web",
    "databases": "databases",
    "boards": "administration",
    "management": "administration",
    "names": "administration",
    "network": "administration",
    "ssh": "administration",
    "fileservers": "files",
    "ftp": "files",
    "health": "health",
    "imaging": "health",
}


def equipment_of(subject: str, *, remote_access: bool) -> str:
    """The kind of "vendor:product"; whatever lets people in from outside is remote access, the unknown is other."""
    return REMOTE_ACCESS if remote_access else _kinds().get(subject, OTHER)


@cache
def _kinds() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in documents.names("fingerprints"):
        for rule in documents.read(f"fingerprints/{name}")["rules"]:
            found.setdefault(rule["product"], KINDS.get(name, OTHER))
    return found
