"""Is the page shown the one that came with the server?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.facts_of_web import PageKind
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    http = look.facts.http
    if http is None:
        return None
    evidence = {"http__status": str(http.status), "http__title": http.title or ""}
    if http.page is PageKind.DEFAULT:
        return failed("the page that came with the server is still there", **evidence)
    if http.status >= 500:
        return unknown("the server is in trouble: the page could not be seen", **evidence)
    return passed("the page is not the one that comes with a server", **evidence)


CHECK = Check("http-default-page", Severity.LOW, LoadClass.PASSIVE, "CIS Controls 8.1, 4.8", judge)
