"""Does the domain say who may issue certificates for it?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.exists is False or not domain.is_registered:
        return None
    if domain.caa is None:
        return unknown("the record could not be asked")
    if not domain.caa:
        return failed("no CAA record", domain=domain.name)
    return passed("there is a CAA record", caa__records=", ".join(domain.caa))


CHECK = Check("caa-missing", Severity.LOW, LoadClass.PASSIVE, "RFC 8659", judge)
