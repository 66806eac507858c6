"""Is the audit trail as it was sealed, and where does the chain stand?"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min

from .chain import FIELDS, GENESIS, digest, link
from .enums import FaultKind
from .models import Event, Seal
from .sealing import unsealed

CHUNK = 5_000
MOST_FAULTS = 1_000  # past that, the trail is lost as a whole


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain stood: kept elsewhere, it shows that its end was cut off or that all of it was made again."""

    position: int
    event: int
    sha256: str
    sealed_at: str
    exported_at: str

    def document(self) -> dict[str, Any]:
        return {"product": "vigie", "what": "audit-head", **asdict(self)}


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    position: int  # in the chain
    event: int | None
    other: int | None = None  # the event whose place it took


@dataclass(frozen=True, slots=True)
class Window:
    """What no seal protects yet."""

    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Verification:
    sealed: int
    last: Head | None
    window: Window
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        return not self.faults


def head(now: datetime) -> Head | None:
    """The last link; None while nothing was sealed."""
    last = Seal.objects.order_by("-position").first()
    if last is None:
        return None
    return Head(last.position, last.event, last.sha256, last.sealed_at.isoformat(), now.isoformat())


def open_window() -> Window:
    counted = unsealed().order_by().aggregate(waiting=Count("pk"), oldest=Min("at"))
    return Window(counted["waiting"], counted["oldest"])


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the trail without reading all of it."""

    last: Head | None
    window: Window
    verified: Event | None  # the last time that all of it was read

    @property
    def holds(self) -> bool | None:
        """None while it was never read whole."""
        return bool(self.verified.detail.get("holds")) if self.verified else None


def standing(now: datetime) -> Standing:
    return Standing(head(now), open_window(), Event.objects.filter(kind="trail-verified").order_by("-pk").first())


def states_of(events: Iterable[Event]) -> dict[int, bool | None]:
    """Number of an event -> whether it is as it was sealed; None while it waits for the sealer."""
    rows = {one.pk: one for one in events}
    digests = dict(Seal.objects.filter(event__in=rows).values_list("event", "digest"))
    return {
        number: digest(*(getattr(row, name) for name in FIELDS)) == digests[number] if number in digests else None
        for number, row in rows.items()
    }


def verify(now: datetime, heads: Iterable[Head] = ()) -> Verification:
    """Read the whole chain again beside the events; `heads` are those that were kept elsewhere."""
    walk = _Walk({kept.position: kept for kept in heads})
    for chunk in _chunks():
        walk.past(chunk)
        if len(walk.faults) >= MOST_FAULTS:
            break
    walk.ended()
    return Verification(walk.position, head(now), open_window(), tuple(walk.faults))


def _chunks() -> Iterator[list[tuple[int, int, str, str]]]:
    position = 0
    while True:
        rows = Seal.objects.filter(position__gt=position).order_by("position")
        chunk = list(rows.values_list("position", "event", "digest", "sha256")[:CHUNK])
        if not chunk:
            return
        yield chunk
        position = chunk[-1][0]


class _Walk:
    """Along the chain: each link is judged against the stored one before it, so that one fault is one line."""

    def __init__(self, heads: "dict[int, Head]") -> None:
        self.position, self.faults = 0, list[Fault]()
        self._previous, self._heads = GENESIS, heads
        self._strange: list[tuple[int, int, str]] = []  # (position, event, digest found) of what is not as sealed

    def past(self, chunk: "list[tuple[int, int, str, str]]") -> None:
        numbers = [event for _, event, _, _ in chunk]
        first, last = min(numbers), max(numbers)
        # Nearly always one stretch of numbers, and a range is asked faster than a list.
        dense = last - first < 2 * CHUNK
        rows = Event.objects.filter(**({"pk__range": (first, last)} if dense else {"pk__in": numbers}))
        rows = rows.values_list(*FIELDS)
        found = {row[0]: digest(*row) for row in rows.iterator(chunk_size=CHUNK)}
        for position, event, sealed, sha256 in chunk:
            if position != self.position + 1:
                self.faults.append(Fault(FaultKind.LINK_REMOVED, self.position + 1, None))
            elif link(self._previous, event, sealed) != sha256:
                self.faults.append(Fault(FaultKind.REORDERED, position, event))
            self._compare(position, event, sealed, found.get(event))
            kept = self._heads.pop(position, None)
            if kept is not None and kept.sha256 != sha256:
                self.faults.append(Fault(FaultKind.OTHER_CHAIN, position, event))
            self.position, self._previous = position, sha256

    def _compare(self, position: int, event: int, sealed: str, own: str | None) -> None:
        if own is None:
            self.faults.append(Fault(FaultKind.REMOVED, position, event))
        elif own != sealed:
            self._strange.append((position, event, own))

    def ended(self) -> None:
        strange = self._strange[:MOST_FAULTS]
        # What stands in a row may have been sealed as another event: then rows changed places.
        places = dict(Seal.objects.filter(digest__in=[own for _, _, own in strange]).values_list("digest", "event"))
        for position, event, own in strange:
            kind = FaultKind.REORDERED if own in places else FaultKind.ALTERED
            self.faults.append(Fault(kind, position, event, places.get(own)))
        self.faults += [
            Fault(FaultKind.CUT_OFF, position, None) for position in self._heads if position > self.position
        ]
        self.faults.sort(key=lambda fault: fault.position)
