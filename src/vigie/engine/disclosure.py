"""May a number that counts establishments be shown to somebody who may not read them one by one?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DisclosureRule:
    """A group of fewer than `least` is not shown. None is nobody: nought names no one."""

    slug: str
    since: date
    reference: str
    least: int

    def hides(self, total: int) -> bool:
        """Whether a group of so many is too small for any number on it."""
        return total < self.least

    def hides_any(self, counts: Iterable[int]) -> bool:
        """Whether one of these numbers of establishments would point at few of them: the whole block then goes."""
        return any(0 < count < self.least for count in counts)
