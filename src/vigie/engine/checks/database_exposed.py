"""Can a database be reached from the internet?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed
from .outside import faces_the_internet


def judge(look: ServiceLook) -> Judgement | None:
    database = look.facts.database
    if database is None or not faces_the_internet(look):
        return None
    if database.answers_anyone:
        return None  # told by the check of its own that says that it answers anyone, which is worse
    version = database.version or "not told"
    return failed("a database answers", database__engine=database.engine, database__version=version)


CHECK = Check(
    "database-exposed", Severity.HIGH, LoadClass.LIGHT, "ANSSI, guide d'hygiene, measure 23; CISA BOD 23-02", judge
)
