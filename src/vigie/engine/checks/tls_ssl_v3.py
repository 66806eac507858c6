"""Does the server still accept SSL 3.0?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    tls = look.facts.tls
    if tls is None:
        return None
    evidence = {"tls__versions": ", ".join(tls.versions)}
    if "SSLv3" in tls.versions:
        return failed("SSL 3.0 is accepted", **evidence)
    if "SSLv3" in tls.refused:
        return passed("SSL 3.0 is refused", **evidence)
    return unknown("SSL 3.0 could not be asked", **evidence)


CHECK = Check("tls-ssl-v3", Severity.HIGH, LoadClass.LIGHT, "RFC 7568; ANSSI-PA-035", judge)
