"""What to do first in an establishment, and what each thing would gain."""

from collections.abc import Sequence
from dataclasses import dataclass

from vigie.apps.findings.models import Finding
from vigie.apps.observatory.explaining import TraceUnreadable, explain
from vigie.apps.observatory.models import Level
from vigie.engine.level import Gain

from .wording import finding_text

MOST = 5


@dataclass(frozen=True, slots=True)
class Task:
    finding: Finding
    gain: Gain | None  # None while the level has not been computed since the finding
    minutes: int | None

    @property
    def changes_letter(self) -> bool:
        return bool(self.gain and self.gain.letter_before != self.gain.letter_after and self.gain.letter_after)


def todo(level: Level | None, findings: Sequence[Finding]) -> list[Task]:
    """At most five, in the order of what they gain; ties and findings without a gain stay in order of urgency."""
    gains = _gains(level)
    ordered = sorted(findings, key=lambda finding: _rank(finding, gains))
    return [Task(finding, gains.get(finding.pk), _minutes(finding)) for finding in ordered[:MOST]]


def _rank(finding: Finding, gains: "dict[int, Gain]") -> tuple[bool, int]:
    gain = gains.get(finding.pk)
    return (not finding.exploited, -gain.points if gain else 0)


def _gains(level: Level | None) -> "dict[int, Gain]":
    if level is None:
        return {}
    try:
        own = explain(level).own
    except TraceUnreadable:
        return {}
    return {gain.finding: gain for gain in own.gains} if own else {}


def _minutes(finding: Finding) -> int | None:
    text = finding_text(finding, count=1)
    return text.minutes if text else None
