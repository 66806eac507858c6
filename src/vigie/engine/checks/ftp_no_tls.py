"""Do passwords and files travel in clear to this FTP server?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    ftp = look.facts.ftp
    if ftp is None:
        return None
    if look.facts.is_under_tls:
        return passed("the whole conversation is under TLS")
    if ftp.auth_tls is None:
        return unknown("the server did not tell its features", banner=ftp.greeting)
    features = ", ".join(ftp.features)
    if ftp.auth_tls:
        return passed("AUTH TLS is offered", ftp__features=features)
    return failed("AUTH TLS is not offered", ftp__features=features, banner=ftp.greeting)


CHECK = Check("ftp-no-tls", Severity.HIGH, LoadClass.PASSIVE, "RFC 4217", judge)
