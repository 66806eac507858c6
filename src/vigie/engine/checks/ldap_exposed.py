"""Can the directory of the establishment be reached in clear from the internet?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed
from .outside import faces_the_internet


def judge(look: ServiceLook) -> Judgement | None:
    ldap = look.facts.ldap
    if ldap is None or not faces_the_internet(look):
        return None
    if look.facts.is_under_tls:
        return None
    kind = "Active Directory" if ldap.active_directory else ldap.vendor or "not told"
    return failed("a directory answers in clear", ldap__kind=kind, ldap__version=ldap.version or "not told")


CHECK = Check("ldap-exposed", Severity.HIGH, LoadClass.LIGHT, "ANSSI, guide d'hygiene, measure 23; RFC 4513 6", judge)
