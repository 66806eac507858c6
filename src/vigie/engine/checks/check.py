"""What is a check, and how does it conclude?"""

from collections.abc import Callable
from dataclasses import dataclass

from vigie.engine.facts import ServiceLook
from vigie.engine.outcome import Evidence, LoadClass, Outcome, Severity, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a check concludes of one service; the registry adds whose conclusion it is."""

    verdict: Verdict
    reason: str
    evidence: tuple[Evidence, ...] = ()

    def by(self, slug: str) -> Outcome:
        return Outcome(slug, self.verdict, self.reason, self.evidence)


@dataclass(frozen=True, slots=True)
class Check:
    """One weakness that is looked for. `judge` returns None where the check does not apply."""

    slug: str
    severity: Severity
    load: LoadClass
    reference: str  # who says that this is a weakness
    judge: Callable[[ServiceLook], Judgement | None]


def passed(reason: str, **evidence: str) -> Judgement:
    return Judgement(Verdict.PASS, reason, _evidence(evidence))


def failed(reason: str, **evidence: str) -> Judgement:
    return Judgement(Verdict.FAIL, reason, _evidence(evidence))


def unknown(reason: str, **evidence: str) -> Judgement:
    return Judgement(Verdict.UNKNOWN, reason, _evidence(evidence))


def _evidence(items: dict[str, str]) -> tuple[Evidence, ...]:
    return tuple(Evidence(label.replace("__", "."), value) for label, value in items.items())
