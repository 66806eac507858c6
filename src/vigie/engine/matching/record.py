"""What does a source tell about one vulnerability?"""

from dataclasses import dataclass
from datetime import date, datetime

from .statement import Statement


@dataclass(frozen=True, slots=True)
class VulnerabilityRecord:
    cve: str
    source: str  # the layer of its statement: "vigie", "nvd"
    statement: Statement
    title_fr: str = ""
    title_en: str = ""
    description: str = ""
    published_at: datetime | None = None
    modified_at: datetime | None = None
    rejected: bool = False
    cvss: float | None = None
    cvss_vector: str = ""
    references: tuple[str, ...] = ()
    kev_on: date | None = None
