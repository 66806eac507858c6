"""Does the site say whom to tell when somebody finds a weakness of it?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    site = look.facts.site
    # Asked of a name, over TLS: RFC 9116 3 wants it nowhere else.
    if site is None or look.name is None or look.facts.tls is None:
        return None
    if site.security_txt is None:
        return unknown(site.reason or "the path did not answer")
    if site.security_txt:
        return passed("security.txt names a contact")
    return failed("no security.txt names a contact", web__path="/.well-known/security.txt")


CHECK = Check("http-security-txt-missing", Severity.LOW, LoadClass.LIGHT, "RFC 9116", judge)
