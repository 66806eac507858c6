"""What is passed on of an incident to another authority: slugs and dates; no word of the declarant, no person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5


@dataclass(frozen=True, slots=True)
class Victim:
    """One structure; without its number when it was named in words only."""

    finess: str
    name: str
    department: str
    region: str


@dataclass(frozen=True, slots=True)
class Passed:
    """One incident as the cell told it last."""

    source: str  # the address of the installation that tells: "https://vigie.example"
    producer: str  # who tells, in words
    number: int
    title: str  # one line, in the language of the document
    summary: str  # the words that the cell wrote for its reader; "" when it wrote none
    state: str
    axes: Mapping[str, str]  # axis -> slug; "unknown" is an answer
    natures: tuple[str, ...]
    taxonomy: str
    origin: str
    gravity: str
    rsit_class: str
    care_hours: int | None
    is_shared: bool
    provider: str
    victims: tuple[Victim, ...]
    moments: Mapping[str, datetime | None]  # "discovered_at" -> when
    passed_on_at: datetime
    updated_at: datetime
    tlp: str  # "amber+strict"

    @property
    def address(self) -> str:
        return f"{self.source}/incidents/{self.number}/"

    @property
    def uid(self) -> UUID:
        """The same for the same incident of the same installation, in every format and every version."""
        return uuid5(NAMESPACE_URL, self.address)

    def part(self, name: str) -> UUID:
        """Of something that belongs to this incident."""
        return uuid5(self.uid, name)

    @property
    def marking(self) -> str:
        return f"TLP:{self.tlp.upper()}"


def instant(value: datetime) -> str:
    """ "2026-11-23T05:30:00.000Z": UTC, to the millisecond, as STIX and TAXII write it."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
