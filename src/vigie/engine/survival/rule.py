"""From how many findings on is a time to fix told, and at which ages is the share still open told?"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class FixRule:
    slug: str
    since: date
    reference: str
    least: int  # findings under which no median is told
    marks: tuple[timedelta, ...]  # ages at which the share still open is told
    beds_from: tuple[tuple[int, str], ...] = ()  # (beds, class of size from so many on), largest first
