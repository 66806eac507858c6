"""Does the domain let anyone send mail in its name?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.spf is None or domain.spf.record is None or domain.spf.fault:
        return None
    evidence = {"spf__record": domain.spf.record, "spf__default": domain.spf.default or ""}
    if domain.spf.default is None:
        return unknown("what holds for other senders could not be asked", **evidence)
    if domain.spf.default in {"+", "?"}:
        return failed("other senders are not refused", **evidence)
    return passed("other senders are refused or doubted", **evidence)


CHECK = Check("spf-permissive", Severity.MEDIUM, LoadClass.PASSIVE, "RFC 7208 8.2 and 5.1", judge)
