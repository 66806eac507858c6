"""What did a check conclude, and on what evidence?"""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Could not look is UNKNOWN: never a pass, never a failure."""

    PASS = "pass"  # noqa: S105 -- a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class LoadClass(StrEnum):
    """What a check costs to the one who is looked at."""

    PASSIVE = "passive"  # judges what another question brought
    LIGHT = "light"  # one more connection or request
    NORMAL = "normal"  # several


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observed fact, in words a technician can check again."""

    label: str  # stable English slug: "certificate.not_after", "banner"
    value: str


@dataclass(frozen=True, slots=True)
class Outcome:
    check: str  # slug of the check
    verdict: Verdict
    reason: str  # short English clause, for logs and JSON; people read data/checks
    evidence: tuple[Evidence, ...] = ()
