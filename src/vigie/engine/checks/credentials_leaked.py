"""Are credentials, or code, of the domain in the hands of strangers?"""

from datetime import date, timedelta

from vigie.engine.facts import ServiceLook
from vigie.engine.names import LeakFacts
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed

RECENT = timedelta(days=365)  # passwords last one to three years (ANSSI, mots de passe, 2021, R24)


def judge(look: ServiceLook) -> Judgement | None:
    domain = look.facts.domain
    if domain is None or domain.leaks is None:
        return None  # nobody brought in what is known of it
    recent = [leak for leak in domain.leaks if leak.count and _is_recent(leak, look.looked_at.date())]
    told = {f"{leak.kind}__leaked": _shown(leak) for leak in domain.leaks}
    if recent:
        return failed("leaked within a year, or on a day that is not told", **told)
    return passed("nothing was leaked within a year, as far as was brought in", **told)


def _is_recent(leak: LeakFacts, today: date) -> bool:
    return leak.last_on is None or today - leak.last_on <= RECENT


def _shown(leak: LeakFacts) -> str:
    return f"{leak.count}, last on {leak.last_on.isoformat() if leak.last_on else 'a day that is not told'}"


CHECK = Check(
    "credentials-leaked", Severity.HIGH, LoadClass.PASSIVE, "ANSSI, guide d'hygiene, measures 10 and 13", judge
)
