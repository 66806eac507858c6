"""Does a name server resolve for anybody on the internet?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown
from .outside import faces_the_internet


def judge(look: ServiceLook) -> Judgement | None:
    server = look.facts.name_server
    if server is None or not faces_the_internet(look):
        return None
    told = server.version or "not told"
    if server.recursion is None:
        return unknown("it was not asked to resolve, or gave no answer", dns__version=told)
    if server.recursion:
        return failed("resolves for a stranger", dns__version=told)
    return passed("resolves for no stranger", dns__version=told)


CHECK = Check("dns-resolves-for-anyone", Severity.MEDIUM, LoadClass.LIGHT, "RFC 5358 4 (BCP 140)", judge)
