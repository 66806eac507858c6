"""Is a password asked on a page, or sent to one, that anyone on the way can read?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.facts_of_web import FormTarget
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    http = look.facts.http
    if http is None:
        return None
    evidence = {"http__status": str(http.status), "http__title": http.title or ""}
    if http.login_to is FormTarget.IN_CLEAR:
        return failed("a password is sent to a page without TLS", **evidence)
    if look.facts.tls is not None:
        return passed("the password is sent over TLS", **evidence) if http.login_to else None
    if http.has_password_field:
        return failed("a password field is served without TLS", **evidence)
    if any(name == "www-authenticate" and value.lower().startswith("basic") for name, value in http.headers):
        return failed("a password is asked without TLS (Basic)", **evidence)
    if http.status >= 500:
        return unknown("the server is in trouble: the page could not be seen", **evidence)
    return passed("no password field is served without TLS", **evidence)


CHECK = Check("http-login-in-clear", Severity.HIGH, LoadClass.PASSIVE, "OWASP ASVS 5.0, 12.2.1", judge)
