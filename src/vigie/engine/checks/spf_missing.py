"""Does the domain say who may send mail in its name?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.exists is False:
        return None
    if domain.spf is None:
        return unknown("the record could not be asked")
    if domain.spf.record is None:
        return failed("no SPF record", domain=domain.name)
    return passed("there is an SPF record", spf__record=domain.spf.record)


CHECK = Check("spf-missing", Severity.MEDIUM, LoadClass.PASSIVE, "RFC 7208; ANSSI, guide d'hygiene, measure 24", judge)
