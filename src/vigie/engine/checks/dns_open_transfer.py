"""Does a name server give the whole list of names to a stranger?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.exists is False or not domain.is_registered:
        return None
    if domain.open_transfers is None:
        return unknown("no name server could be asked")
    if domain.open_transfers:
        return failed("the zone is given to anyone", dns__servers=", ".join(domain.open_transfers))
    return passed("the transfer is refused", dns__servers=", ".join(domain.name_servers or ()))


CHECK = Check(
    "dns-open-transfer",
    Severity.MEDIUM,
    LoadClass.NORMAL,
    "RFC 5936 5; ANSSI, noms de domaine, bonnes pratiques",
    judge,
)
