"""What did the declarant answer? What was typed in the four blocks, read into values, or told apart as faults.

Only three things are asked for: where, what was seen, and when. Every other answer may be "I do not know".
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from .facts import Facts
from .patients import number_at
from .taxonomy import Care, Danger, EntryVector, Equipment, Kind, Known, Nature, Reach, RootCause, SystemState

#   the four blocks of the form of the arrêté of 30 October 2017, and their fields in the order of the page
BLOCKS: Mapping[str, tuple[str, ...]] = {
    "who": ("finess", "structure", "place", "name", "function", "email", "telephone"),
    "what": ("discovered_at", "started_at", "seen", "extent", "care", "care_hours", "ongoing", "wants_help"),
    "impact": (
        "data_loss", "data_integrity", "data_disclosure", "natures", "people", "danger", "system", "reach",
        "others_concerned",
    ),
    "cause": ("kind", "cause", "vector", "equipment", "provider", "measures"),
}  # fmt: skip
FIELDS = tuple(name for names in BLOCKS.values() for name in names)
LONG = frozenset({"seen", "extent", "measures"})  # free text of several lines
MOMENTS = ("discovered_at", "started_at")
NUMBERS = {"care_hours": 100_000, "people": 100_000_000}  # the most that is believed
CHOICES: Mapping[str, type[StrEnum]] = {
    "care": Care,
    "ongoing": Known,
    "wants_help": Known,
    "data_loss": Known,
    "data_integrity": Known,
    "data_disclosure": Known,
    "danger": Danger,
    "system": SystemState,
    "reach": Reach,
    "others_concerned": Known,
    "kind": Kind,
    "cause": RootCause,
    "vector": EntryVector,
    "equipment": Equipment,
}
WORDS = frozenset(FIELDS) - set(CHOICES) - set(MOMENTS) - set(NUMBERS) - {"natures"}


class Problem(StrEnum):
    """What is wrong with one answer."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    UNPRINTED = "unprinted"  # a character that is not printed
    NOT_A_CHOICE = "not_a_choice"
    NOT_A_MOMENT = "not_a_moment"
    IN_THE_FUTURE = "in_the_future"
    TOO_OLD = "too_old"
    AFTER_DISCOVERY = "after_discovery"  # it began after it was seen
    NOT_A_NUMBER = "not_a_number"
    NOT_A_FINESS = "not_a_finess"
    FINESS_UNKNOWN = "finess_unknown"
    NOT_AN_EMAIL = "not_an_email"
    PATIENT_NUMBER = "patient_number"  # a national identifier


@dataclass(frozen=True, slots=True)
class Fault:
    field: str
    problem: Problem
    most: int | None = None  # characters or units, where there is a limit


@dataclass(frozen=True, slots=True)
class Bounds:
    short_text: int
    long_text: int
    oldest: timedelta
    drift: timedelta


@dataclass(frozen=True, slots=True)
class Answers:
    """Values of every field; the words as typed, without blanks around."""

    facts: Facts
    words: Mapping[str, str]  # every field of WORDS, "" when nothing was typed
    wants_help: Known
    people: int | None  # how many are concerned by the data; None when it is not known


@dataclass(slots=True)
class _Reader:
    typed: Mapping[str, str]
    bounds: Bounds
    now: datetime
    zone: tzinfo
    faults: list[Fault] = field(default_factory=list)

    def words(self, name: str) -> str:
        text = self.typed.get(name, "").replace("\r\n", "\n").strip()
        most = self.bounds.long_text if name in LONG else self.bounds.short_text
        if len(text) > most:
            self.faults.append(Fault(name, Problem.TOO_LONG, most))
        allowed = "\n\t" if name in LONG else ""
        # Cc holds NUL, which PostgreSQL refuses; Cs is half of a character, which UTF-8 refuses.
        plain = (text.replace("\n", "") if allowed else text).isprintable()  # nearly every text, and said at once
        if not plain and any(unicodedata.category(c) in {"Cc", "Cs"} and c not in allowed for c in text):
            self.faults.append(Fault(name, Problem.UNPRINTED))
        if number_at(text) is not None:
            self.faults.append(Fault(name, Problem.PATIENT_NUMBER))
        return text

    def choice(self, name: str) -> StrEnum:
        kind = CHOICES[name]
        text = self.typed.get(name, "").strip() or "unknown"
        if text not in {member.value for member in kind}:
            self.faults.append(Fault(name, Problem.NOT_A_CHOICE))
            return kind("unknown")
        return kind(text)

    def natures(self) -> frozenset[Nature]:
        told = self.typed.get("natures", "").replace(",", " ").split()
        if any(one not in {member.value for member in Nature} for one in told):
            self.faults.append(Fault("natures", Problem.NOT_A_CHOICE))
            return frozenset({Nature.UNKNOWN})
        return frozenset(Nature(one) for one in told) or frozenset({Nature.UNKNOWN})

    def number(self, name: str) -> int | None:
        text = self.typed.get(name, "").strip().replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= NUMBERS[name]):
            self.faults.append(Fault(name, Problem.NOT_A_NUMBER, NUMBERS[name]))
            return None
        return int(text)

    def moment(self, name: str) -> datetime | None:
        text = self.typed.get(name, "").strip()
        if not text:
            return None
        try:
            read = datetime.fromisoformat(text)
            moment = read.replace(tzinfo=self.zone) if read.tzinfo is None else read
            early, late = moment < self.now - self.bounds.oldest, moment > self.now + self.bounds.drift
        except (ValueError, OverflowError):
            self.faults.append(Fault(name, Problem.NOT_A_MOMENT))
            return None
        if early or late:
            self.faults.append(Fault(name, Problem.IN_THE_FUTURE if late else Problem.TOO_OLD))
            return None
        return moment


def read_answers(
    typed: Mapping[str, str], *, bounds: Bounds, now: datetime, zone: tzinfo
) -> Answers | tuple[Fault, ...]:
    """The values, or every fault in the order of the page. `zone` is that of a moment typed without one."""
    reader = _Reader(typed, bounds, now, zone)
    words = {name: reader.words(name) for name in FIELDS if name in WORDS}
    moments = {name: reader.moment(name) for name in MOMENTS}
    _required(reader, words, moments["discovered_at"])
    discovered = moments["discovered_at"] or now
    if moments["started_at"] and moments["started_at"] > discovered:
        reader.faults.append(Fault("started_at", Problem.AFTER_DISCOVERY))
    people, wants_help = reader.number("people"), reader.choice("wants_help")
    facts = _facts(reader, discovered, moments["started_at"])
    if reader.faults:
        return tuple(sorted(reader.faults, key=lambda fault: FIELDS.index(fault.field)))
    return Answers(facts, words, Known(wants_help), people)


def _required(reader: _Reader, words: Mapping[str, str], discovered: datetime | None) -> None:
    if not words["finess"] and not words["structure"]:
        reader.faults.append(Fault("structure", Problem.MISSING))
    if not words["seen"]:
        reader.faults.append(Fault("seen", Problem.MISSING))
    if discovered is None and not any(fault.field == "discovered_at" for fault in reader.faults):
        reader.faults.append(Fault("discovered_at", Problem.MISSING))


def _facts(reader: _Reader, discovered: datetime, started: datetime | None) -> Facts:
    choice = {name: reader.choice(name) for name in CHOICES if name != "wants_help"}
    return Facts(
        discovered_at=discovered,
        started_at=started,
        natures=reader.natures(),
        care_hours=reader.number("care_hours"),
        **choice,  # type: ignore[arg-type]  # each of the type that CHOICES says
    )


def kept(typed: Mapping[str, str], bounds: Bounds) -> dict[str, str]:
    """What of a form is kept as typed: its own fields, none longer than what could be accepted twice over."""
    most = 2 * bounds.long_text
    return {name: _storable(typed[name])[:most] for name in FIELDS if typed.get(name)}


def _storable(text: str) -> str:
    return "".join(c for c in text if c != "\0" and unicodedata.category(c) != "Cs")
