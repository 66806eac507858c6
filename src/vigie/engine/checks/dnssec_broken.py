"""Do the signatures of the domain hold?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.names import DnssecState
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.dnssec is None or domain.dnssec is DnssecState.UNSIGNED:
        return None
    if domain.dnssec is DnssecState.BROKEN:
        return failed(domain.dnssec_fault or "the signatures do not hold", domain=domain.name)
    return passed("the keys match and their signature holds", dnssec__state=domain.dnssec.value)


CHECK = Check("dnssec-broken", Severity.HIGH, LoadClass.PASSIVE, "RFC 4035 5", judge)
