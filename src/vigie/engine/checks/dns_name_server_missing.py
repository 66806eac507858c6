"""Is the domain entrusted to a name server that does not exist?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown
from .lead import evidence_of


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.exists is False or not domain.is_registered:
        return None
    if domain.name_servers_missing is None:
        return unknown("the name servers could not be asked")
    if domain.name_servers_missing:
        return failed("a name server has no address", **evidence_of(domain.name_servers_missing))
    return passed("every name server has an address", dns__servers=", ".join(domain.name_servers or ()))


CHECK = Check("dns-name-server-missing", Severity.HIGH, LoadClass.PASSIVE, "RFC 1912 2.8; RFC 2182", judge)
