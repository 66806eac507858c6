"""Does this search engine answer someone who did not sign in?"""

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import LoadClass, Severity

from .check import Check, Judgement, failed, passed


def judge(look: ServiceLook) -> Judgement | None:
    database = look.facts.database
    if database is None or database.engine not in {"elasticsearch", "opensearch"}:
        return None
    if database.answers_anyone:
        version = database.version or "not told"
        return failed("it presents itself without sign-in", database__said=database.said, database__version=version)
    return passed("it asks to sign in", database__said=database.said)


CHECK = Check(
    "elasticsearch-answers-anyone",
    Severity.CRITICAL,
    LoadClass.LIGHT,
    "Elasticsearch guide, Secure the Elastic Stack",
    judge,
)
