"""Does the domain say what to do with mail that only pretends to come from it?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.exists is False:
        return None
    dmarc = domain.dmarc
    if dmarc is None:
        return unknown("the record could not be asked")
    if dmarc.record is None:
        return failed("no DMARC record", domain=domain.name)
    if dmarc.policy is None:
        return failed(f"receivers cannot use it: {dmarc.fault}", dmarc__record=dmarc.record)
    return passed("there is a DMARC record", dmarc__record=dmarc.record)


CHECK = Check("dmarc-missing", Severity.MEDIUM, LoadClass.PASSIVE, "RFC 7489", judge)
