"""What is shown of few establishments to readers who see aggregates only: one rule for every page of counts.

A block of numbers is shown whole or not at all: when the grouping is large enough, and none of its numbers of
establishments is small without being nought. Suppression across blocks and editions belongs to the publications.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.utils import timezone

from vigie.apps.accounts.models import User
from vigie.apps.findings.queries import Figures
from vigie.apps.observatory.queries import Distribution
from vigie.apps.registry.enums import Right
from vigie.data.params import disclosure_rule
from vigie.engine.disclosure import DisclosureRule

Block = TypeVar("Block")


@dataclass(frozen=True, slots=True)
class Veil:
    rule: DisclosureRule | None  # None: the reader may read establishments one by one

    @classmethod
    def of(cls, user: User, now: datetime) -> "Veil":
        sees_each = user.has(Right.LEVELS, now)
        return cls(None if sees_each else disclosure_rule(timezone.localdate(now)))

    @property
    def least(self) -> int:
        """0 for who sees all."""
        return self.rule.least if self.rule else 0

    def over(self, total: int) -> bool:
        """Whether a grouping of so many is under it."""
        return self.rule is not None and self.rule.hides(total)

    def figures(self, told: Figures | None, total: int) -> Figures | None:
        if told is None or self.rule is None:
            return told
        counts = (told.establishments, told.exploited_establishments, told.remote_establishments)
        return None if self.rule.hides(total) or self.rule.hides_any(counts) else told

    def distribution(self, told: Distribution) -> Distribution | None:
        if self.rule is None:
            return told
        small = self.rule.hides(told.total) or self.rule.hides_any(part.count for part in told.parts)
        return None if small else told

    def block(self, told: Block, total: int) -> Block | None:
        """Anything else that is said of a grouping of so many."""
        return None if self.over(total) else told
