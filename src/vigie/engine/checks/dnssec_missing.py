"""Can an answer about the domain be told from a forged one?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.names import DnssecState
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.exists is False or not domain.is_registered:
        return None
    if domain.dnssec is None:
        return unknown("whether the domain is signed could not be asked")
    if domain.dnssec is DnssecState.UNSIGNED:
        return failed("the domain is not signed", domain=domain.name)
    return passed("the domain is signed", dnssec__state=domain.dnssec.value)


CHECK = Check(
    "dnssec-missing", Severity.LOW, LoadClass.PASSIVE, "RFC 9364; ANSSI, noms de domaine, bonnes pratiques", judge
)
