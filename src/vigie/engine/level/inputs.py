"""What does a level rest on: the open findings, and how much of what should be known is known?"""

import hashlib
from dataclasses import astuple, dataclass

from vigie.engine.outcome import Severity


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """One open finding, as the level counts it."""

    id: int
    kind: str  # "product" or "check"
    subject: str  # "vendor:product" or a check slug
    place: str  # "203.0.113.7:443"
    severity: Severity
    exploited: bool
    remote_access: bool
    past_deadline: bool


@dataclass(frozen=True, slots=True)
class Inputs:
    """A question is one host or one service: known when it answered at a recent enough look."""

    findings: tuple[OpenFinding, ...]
    known: int
    total: int

    def sha256(self, method_slug: str) -> str:
        """The same facts under the same method give the same hash, whatever their order."""
        facts = sorted(astuple(finding) for finding in self.findings)
        return hashlib.sha256(repr((method_slug, self.known, self.total, facts)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Member:
    """The level of one establishment, as its group or territory counts it."""

    id: int
    low: int
    high: int
    letter: str  # "" when not established
    looked_at: bool = True  # False: no level was ever computed; it counts as [0, 100]


def members_sha256(method_slug: str, members: tuple[Member, ...]) -> str:
    facts = sorted(astuple(member) for member in members)
    return hashlib.sha256(repr((method_slug, facts)).encode()).hexdigest()
