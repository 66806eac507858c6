"""Can mail reach this server without being read on the way?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    smtp = look.facts.smtp
    if smtp is None:
        return None
    if look.facts.is_under_tls:
        return passed("the whole conversation is under TLS")
    if smtp.starttls is None:
        return unknown("the server did not tell its extensions", banner=smtp.greeting)
    extensions = " ".join(smtp.extensions)
    if smtp.starttls:
        return passed("STARTTLS is offered", smtp__extensions=extensions)
    return failed("STARTTLS is not offered", smtp__extensions=extensions, banner=smtp.greeting)


CHECK = Check("smtp-no-starttls", Severity.MEDIUM, LoadClass.PASSIVE, "RFC 3207; RFC 8314", judge)
