"""Is a password asked on a page that anyone on the way can read?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    http = look.facts.http
    if http is None or look.facts.tls is not None:
        return None
    evidence = {"http__status": str(http.status), "http__title": http.title or ""}
    if http.has_password_field:
        return failed("a password field is served without TLS", **evidence)
    if http.status >= 500:
        return unknown("the server is in trouble: the page could not be seen", **evidence)
    return passed("no password field is served without TLS", **evidence)


CHECK = Check("http-login-in-clear", Severity.HIGH, LoadClass.PASSIVE, "OWASP ASVS 5.0, 12.2.1", judge)
