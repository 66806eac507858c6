"""Does a name lead to something that does not exist any more, whose place a stranger could take?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown
from .lead import evidence_of


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.exists is False:
        return None
    alias = domain.alias
    if alias is None:
        return unknown("where the name leads could not be asked")
    if not alias.chain:
        return passed("the name leads to no other one")
    if alias.exists:
        return passed("what it leads to exists", leads__to=" > ".join(alias.chain))
    return failed("what it leads to does not exist", **evidence_of([alias]))


CHECK = Check("dns-dangling-alias", Severity.HIGH, LoadClass.PASSIVE, "RFC 1034 3.6.2; ANSSI, noms de domaine", judge)
