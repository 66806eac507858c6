"""Do the reports on false mail reach those whom the domain asks to receive them?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.dmarc is None or domain.dmarc.record is None or not domain.dmarc.reports:
        return None
    evidence = {"dmarc__record": domain.dmarc.record}
    refused = domain.dmarc.reports_refused
    if refused is None:
        return unknown("whether the receivers agree could not be asked", **evidence)
    if refused:
        return failed("a receiver outside of the domain did not agree", not__agreed=", ".join(refused), **evidence)
    return passed("the reports reach their receivers", **evidence)


CHECK = Check("dmarc-reports-lost", Severity.LOW, LoadClass.PASSIVE, "RFC 7489 7.1", judge)
