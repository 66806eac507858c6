"""Does this memcached server obey someone who did not sign in?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed, unknown


def judge(look: ServiceLook) -> Judgement | None:
    database = look.facts.database
    if database is None or database.engine != "memcached":
        return None
    if database.answers_anyone is None:
        return unknown("whether it obeys could not be asked", database__said=database.said)
    if database.answers_anyone:
        return failed("an order is obeyed without sign-in", database__said=database.said)
    return passed("an order is refused without sign-in", database__said=database.said)


CHECK = Check("memcached-answers-anyone", Severity.HIGH, LoadClass.LIGHT, "CVE-2018-1000115", judge)
