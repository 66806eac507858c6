"""What is counted: one incident as one structure declared it."""

from dataclasses import dataclass
from datetime import datetime

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Case:
    """Answers are slugs of the taxonomy; `unknown` is one of them. A provider's failure is a case of each structure."""

    incident: int
    structure: int  # negative: named in words only, a structure of its own as far as is known
    declared_at: datetime  # received, in the zone in which hours and days are told
    discovered_at: datetime | None
    acknowledged_at: datetime | None
    restored_at: datetime | None
    is_over: bool  # ended in the books; without `restored_at`, when it was over is not known
    region: str  # "" when the registry does not say
    category: str  # of the structure, "" when not known
    beds: int | None
    origin: str
    kind: str
    rsit_class: str
    cause: str
    vector: str
    equipment: str
    ongoing: str  # when it was first declared
    data_loss: str
    data_integrity: str
    data_disclosure: str
    danger: str
    care: str
    care_hours: int | None
    wants_help: str
    helped_minutes: int
    provider: str  # whether it came from a provider
    weakness: str  # whether the way in was an open finding by then; "" where nobody came in through what is seen


@dataclass(frozen=True, slots=True)
class Population:
    """The structures in scope of a region: what its incidents are held against."""

    region: str
    structures: int
    beds: int  # of those whose beds are known
    without_beds: int  # structures whose beds are not known
