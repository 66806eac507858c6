"""In which state was each finding at any moment? Read back from its history."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from vigie.apps.findings.enums import STATE_AFTER, FindingEventKind, FindingState
from vigie.apps.findings.models import STANDING, Finding, FindingEvent

# What each kind of event says of the finding. Acknowledged or declared mended, it is as open as before.
STATES = {kind: FindingState.OPEN if state in STANDING else state for kind, state in STATE_AFTER.items()}
# Events that prove that it was seen, in whatever state it was.
SEEN = {FindingEventKind.SEEN_AGAIN, FindingEventKind.CONFIRMED_CHANGED, FindingEventKind.STILL_THERE}


@dataclass(frozen=True, slots=True)
class Passage:
    """From `at` on, the finding is in that state."""

    at: datetime
    state: FindingState
    reason: str  # of a closure, a slug of CloseReason
    reopens: bool


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One finding and its passages, oldest first; the first is its detection."""

    finding: Finding
    passages: tuple[Passage, ...]

    def at(self, moment: datetime) -> Passage | None:
        """The state at that moment; None before it was detected."""
        index = bisect_right(self.passages, moment, key=lambda passage: passage.at)
        return self.passages[index - 1] if index else None

    def is_open(self, moment: datetime) -> bool:
        passage = self.at(moment)
        return passage is not None and passage.state == FindingState.OPEN

    def between(self, start: datetime, end: datetime) -> tuple[Passage, ...]:
        """The passages after `start`, up to `end` included."""
        return tuple(passage for passage in self.passages if start < passage.at <= end)

    def last_seen(self, moment: datetime) -> datetime:
        """The last moment, up to that one, at which its history proves that it was seen."""
        if self.finding.last_confirmed <= moment:
            return self.finding.last_confirmed
        seen = [one.at for one in self.passages if one.state == FindingState.OPEN and one.at <= moment]
        return seen[-1] if seen else self.finding.first_seen


def trajectories(findings: QuerySet[Finding], moment: datetime) -> tuple[Trajectory, ...]:
    """Every finding of the set that was detected by then, with all that its history tells by then; two queries."""
    rows = list(findings.filter(first_seen__lte=moment).defer("evidence").order_by("pk"))
    events = FindingEvent.objects.filter(
        finding__in=findings.filter(first_seen__lte=moment).order_by().values("pk"),
        kind__in=[*STATES, *SEEN],
        at__lte=moment,
    )
    history: defaultdict[int, list[Passage]] = defaultdict(list)
    for pk, kind, at, detail in events.order_by("at", "pk").values_list("finding", "kind", "at", "detail"):
        reason = str(detail.get("reason", ""))
        before = history[pk][-1].state if history[pk] else FindingState.OPEN
        state = STATES.get(FindingEventKind(kind), before)
        history[pk].append(Passage(at, state, reason, kind == FindingEventKind.REOPENED))
    return tuple(Trajectory(row, _whole(row, history[row.pk], moment)) for row in rows)


def _whole(row: Finding, told: list[Passage], moment: datetime) -> tuple[Passage, ...]:
    """The history begins with the detection, and ends with the closure of the row when no event tells it."""
    passages = [Passage(row.first_seen, FindingState.OPEN, "", False)]
    passages += [passage for passage in told if passage.at > row.first_seen]
    if row.closed_at is not None and row.closed_at <= moment and passages[-1].state == FindingState.OPEN:
        at = max(row.closed_at, passages[-1].at)
        passages.append(Passage(at, FindingState(row.state), row.close_reason, False))
    return tuple(passages)
