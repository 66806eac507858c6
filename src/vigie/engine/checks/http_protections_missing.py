"""Does the site ask browsers not to guess its types, and not to show it inside another site?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed


def judge(look: ServiceLook) -> Judgement | None:
    http = look.facts.http
    # What a site tells browsers is told under its name, with a page.
    if http is None or look.name is None or http.status != 200:
        return None
    headers = dict(reversed(http.headers))
    if "html" not in headers.get("content-type", "").lower():
        return None
    missing = []
    if headers.get("x-content-type-options", "").strip().lower() != "nosniff":
        missing.append("X-Content-Type-Options")
    policies = [value.lower() for name, value in http.headers if name == "content-security-policy"]
    if not headers.get("x-frame-options", "").strip() and not any("frame-ancestors" in policy for policy in policies):
        missing.append("X-Frame-Options or frame-ancestors")
    if missing:
        return failed("a header that protects readers is missing", http__missing=", ".join(missing))
    return passed("readers are protected by the usual headers", http__title=http.title or "")


CHECK = Check(
    "http-protections-missing",
    Severity.LOW,
    LoadClass.PASSIVE,
    "ANSSI, Recommandations pour la mise en oeuvre d'un site web; CWE-1021",
    judge,
)
