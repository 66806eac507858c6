"""Is mail that only pretends to come from the domain kept away?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.dmarc is None or domain.dmarc.policy is None:
        return None
    dmarc = domain.dmarc
    evidence = {"dmarc__record": dmarc.record or "", "dmarc__policy": domain.dmarc.policy}
    if dmarc.inherited_from:
        evidence["dmarc__inherited_from"] = dmarc.inherited_from
    if dmarc.policy == "none" or dmarc.percent == 0:
        return failed("false mail is delivered all the same", **evidence)
    return passed("false mail is kept away", **evidence)


CHECK = Check("dmarc-not-enforced", Severity.MEDIUM, LoadClass.PASSIVE, "RFC 7489 6.3", judge)
