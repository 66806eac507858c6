"""Can messages about patients be sent to this HL7 listener from outside?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    mllp = look.facts.mllp
    if mllp is None:
        return None
    if not mllp.proven:
        return unknown("a listener that may be HL7: nothing was sent that would prove it")
    return failed("an HL7 listener answers in clear", mllp__framed_bytes=str(mllp.framed_bytes))


CHECK = Check("mllp-exposed", Severity.CRITICAL, LoadClass.LIGHT, "HL7 MLLP release 2", judge)
