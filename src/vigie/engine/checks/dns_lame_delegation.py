"""Is the domain entrusted to a name server that does not serve it?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.exists is False or not domain.is_registered:
        return None
    lame = domain.name_servers_lame
    if lame:
        return failed("a name server does not answer for the domain", dns__servers=", ".join(lame))
    if lame is None:
        return unknown("not every name server could be asked: only those of the mandate are")
    return passed("every name server answers for the domain", dns__servers=", ".join(domain.name_servers or ()))


CHECK = Check("dns-lame-delegation", Severity.MEDIUM, LoadClass.LIGHT, "RFC 1912 2.8; RFC 2182 6", judge)
