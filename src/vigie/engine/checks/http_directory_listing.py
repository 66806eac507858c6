"""Does the server list its files to whoever asks?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    http = look.facts.http
    if http is None:
        return None
    evidence = {"http__status": str(http.status), "http__title": http.title or ""}
    if http.is_listing:
        return failed("the front page is a list of files", **evidence)
    if http.status >= 500:
        return unknown("the server is in trouble: the page could not be seen", **evidence)
    return passed("the front page is not a list of files", **evidence)


CHECK = Check("http-directory-listing", Severity.MEDIUM, LoadClass.PASSIVE, "CWE-548", judge)
