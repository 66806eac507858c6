"""Does the server accept suites whose encryption is broken or worn out: RC4, DES, 3DES?"""

from vigie.engine.cipher_suites import SuiteFault
from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement
from .suites import judged

_FAULTS = (SuiteFault.RC4, SuiteFault.DES, SuiteFault.SMALL_BLOCK)


def judge(look: ServiceLook) -> Judgement | None:
    return judged(look, _FAULTS, "suites with a worn-out encryption are accepted")


CHECK = Check("tls-weak-suites", Severity.MEDIUM, LoadClass.LIGHT, "RFC 7465; RFC 9325 4.1; ANSSI-PA-035", judge)
