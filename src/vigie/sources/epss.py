"""How likely is each vulnerability to be exploited in the next 30 days, says FIRST, and on which day?"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .faults import SourceRefused, SourceUnreadable
from .json_stream import BadRecord, Limited, opened

MOST_BYTES = 200_000_000  # 12 MB unpacked in 2026
MOST_BAD = 0.01
LONGEST_LINE = 10_000

_DATE = re.compile(r"score_date:(\d{4}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True)
class EpssScore:
    cve: str
    probability: float  # 0 to 1; the percentile is not kept, it moves with the day's whole list


@dataclass(frozen=True, slots=True)
class EpssList:
    scored_on: date
    scores: tuple[EpssScore, ...]  # one that is absent has no score, which is not zero
    bad: tuple[BadRecord, ...]


def read_epss(path: Path, *, only: frozenset[str] | None = None, limit: int = MOST_BYTES) -> EpssList:
    """Read the whole day, keeping the identifiers of `only` when given; raise SourceError when it cannot be trusted."""
    with opened(path, limit=limit) as stream:
        lines = _lines(stream, path.name)
        scored_on = _date(next(lines, ""), path.name)
        if next(lines, "").strip() != "cve,epss,percentile":
            raise SourceUnreadable(f"{path.name} does not have the columns cve, epss, percentile")
        scores: list[EpssScore] = []
        bad: list[BadRecord] = []
        count = 0
        for count, row in enumerate(csv.reader(lines), start=1):
            item = _score(count, row)
            if isinstance(item, BadRecord):
                bad.append(item)
            elif only is None or item.cve in only:
                scores.append(item)
    if len(bad) > count * MOST_BAD:
        raise SourceRefused(
            f"{path.name}: {len(bad)} of {count} lines are not scores, first line {bad[0].position + 2}"
        )
    return EpssList(scored_on, tuple(scores), tuple(bad))


def _lines(stream: Limited, name: str) -> Iterator[str]:
    text = io.TextIOWrapper(io.BufferedReader(stream, 1 << 16), encoding="ascii", newline=None)
    try:
        while line := text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise SourceUnreadable(f"{name} has a line of more than {LONGEST_LINE} characters")
            yield line
    except UnicodeDecodeError as error:
        raise SourceUnreadable(f"{name} is not an EPSS file: {error.reason}") from error


def _date(first_line: str, name: str) -> date:
    found = _DATE.search(first_line)
    if found is None:
        raise SourceRefused(f"{name} does not tell the day of its scores on its first line")
    return date.fromisoformat(found[1])


def _score(position: int, row: list[str]) -> EpssScore | BadRecord:
    try:
        cve, probability = row[0], float(row[1])
    except (IndexError, ValueError):
        return BadRecord(position, (row or [""])[0][:40], "not a line of cve, epss, percentile")
    if not cve.startswith("CVE-") or not 0 <= probability <= 1:
        return BadRecord(position, cve[:40], f"{row[1][:20]} is not a probability of a CVE")
    return EpssScore(cve, probability)
