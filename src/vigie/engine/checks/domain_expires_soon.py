"""Will the domain still be its owner's in a few days?"""

from datetime import timedelta

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown

# Who renews by itself does it weeks before the end; after two weeks of nothing, nobody does.
SOON = timedelta(days=15)
# RFC 8056: the registry has begun to take it back, whatever its date says.
LOSING = frozenset({"redemption period", "pending delete", "pending restore"})


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.exists is False or not domain.is_registered:
        return None
    told = domain.registration
    if told is None:
        return unknown("the registry did not tell")
    losing = sorted(LOSING.intersection(told.statuses))
    if losing:
        return failed("the registry is taking it back", registration__status=", ".join(losing))
    if told.expires_on is None:
        return unknown("the registry does not tell until when")
    days = (told.expires_on - look.looked_at.date()).days
    evidence = {"registration__expires_on": told.expires_on.isoformat()}
    if days < 0:
        return failed("the registration has ended", **evidence)
    if timedelta(days=days) <= SOON:
        return failed(f"the registration ends in {days} days", **evidence)
    return passed(f"the registration ends in {days} days", **evidence)


CHECK = Check(
    "domain-expires-soon",
    Severity.HIGH,
    LoadClass.PASSIVE,
    "RFC 9083 4.5; ANSSI, noms de domaine, bonnes pratiques",
    judge,
)
