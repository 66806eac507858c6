"""Can a shared screen be reached from the internet?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed
from .outside import faces_the_internet


def judge(look: ServiceLook) -> Judgement | None:
    vnc = look.facts.vnc
    if vnc is None or not faces_the_internet(look):
        return None
    if vnc.security_types and "none" in vnc.security_types:
        return None  # told by vnc-without-password, which is worse
    types = ", ".join(vnc.security_types or ())
    return failed("a shared screen answers", vnc__version=vnc.version, vnc__security_types=types)


CHECK = Check("vnc-exposed", Severity.HIGH, LoadClass.LIGHT, "CISA BOD 23-02; RFC 6143 7.2.2", judge)
