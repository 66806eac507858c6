"""Is the certificate made for the name that people type?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    tls = look.facts.tls
    if tls is None or tls.server_name is None:
        return None  # asked by its address alone, a server cannot show the wrong name
    if tls.certificate is None or tls.name_matches is None:
        return unknown("no certificate could be read", tls__server_name=tls.server_name)
    names = ", ".join(tls.certificate.names[:5]) or "(none)"
    if tls.name_matches:
        return passed("the certificate bears the name", tls__server_name=tls.server_name, certificate__names=names)
    return failed("the certificate bears other names", tls__server_name=tls.server_name, certificate__names=names)


CHECK = Check("tls-name-mismatch", Severity.MEDIUM, LoadClass.PASSIVE, "RFC 9525", judge)
