"""Can receivers make use of what the domain says of its senders?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.spf is None or domain.spf.record is None:
        return None
    spf = domain.spf
    evidence = {"spf__record": domain.spf.record, "spf__lookups": str(spf.lookups)}
    if spf.fault:
        return failed(f"receivers cannot use it: {spf.fault}", spf__fault=spf.fault, **evidence)
    if not spf.complete:
        return unknown("a record that it leads to could not be asked", **evidence)
    return passed("the record can be used", **evidence)


CHECK = Check("spf-broken", Severity.MEDIUM, LoadClass.PASSIVE, "RFC 7208 4.6", judge)
