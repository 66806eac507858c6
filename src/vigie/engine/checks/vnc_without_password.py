"""Does a shared screen open without a password?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    vnc = look.facts.vnc
    if vnc is None:
        return None
    if vnc.security_types is None:
        return unknown("the server did not tell how it signs callers in", vnc__version=vnc.version)
    types = ", ".join(vnc.security_types)
    if "none" in vnc.security_types:
        return failed("no password is asked", vnc__security_types=types)
    return passed("every way in asks for a proof", vnc__security_types=types)


CHECK = Check("vnc-without-password", Severity.CRITICAL, LoadClass.LIGHT, "RFC 6143 7.2.1", judge)
