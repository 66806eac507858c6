"""Does the server still accept TLS 1.0 or 1.1?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    tls = look.facts.tls
    if tls is None:
        return None
    if tls.accepts_obsolete is None:
        return unknown("the obsolete protocols could not be asked", tls__protocol=tls.protocol)
    if tls.accepts_obsolete:
        return failed("TLS 1.0 or 1.1 is accepted", tls__protocol=tls.protocol, tls__obsolete="accepted")
    return passed("TLS 1.0 and 1.1 are refused", tls__protocol=tls.protocol, tls__obsolete="refused")


CHECK = Check("tls-obsolete-protocol", Severity.MEDIUM, LoadClass.LIGHT, "RFC 8996", judge)
