"""Does the site tell browsers to come back by HTTPS only, for a year?"""

from datetime import timedelta

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown

MIN_MAX_AGE = timedelta(days=365)  # the preload list asks for one year
_LONGEST_SECONDS = 10**10  # past this, any number means "for ever"


def judge(look: ServiceLook) -> Judgement | None:
    if look.facts.tls is None or look.service not in {"https", "fhir", "tls"}:
        return None
    http = look.facts.http
    if http is None:
        return unknown("no HTTPS answer")
    if http.status >= 500:
        return unknown("the server is in trouble: its headers tell nothing", http__status=str(http.status))
    # RFC 6797 8.1: only the first header counts.
    header = next((value for name, value in http.headers if name == "strict-transport-security"), None)
    if header is None:
        return failed("no Strict-Transport-Security header")
    max_age = parse_max_age(header)
    if max_age is None or max_age < MIN_MAX_AGE:
        return failed("Strict-Transport-Security holds for less than a year", http__hsts=header)
    return passed("Strict-Transport-Security holds for a year or more", http__hsts=header)


def parse_max_age(header: str) -> timedelta | None:
    """Return the max-age directive, or None when it is missing or not a number."""
    for directive in header.split(";"):
        name, _, value = directive.partition("=")
        if name.strip().lower() == "max-age":
            digits = value.strip().strip('"')
            if not (digits.isascii() and digits.isdigit()):
                return None
            return timedelta(seconds=min(int(digits[:11]), _LONGEST_SECONDS))
    return None


CHECK = Check("http-no-hsts", Severity.LOW, LoadClass.PASSIVE, "RFC 6797", judge)
