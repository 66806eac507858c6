"""A report read to its end before anything is written: what is of this perimeter, what is of another, what is bad."""

from vigie.apps.registry.imports.report import Progress, Tally
from vigie.apps.registry.models import Establishment
from vigie.data import registry_rules
from vigie.sources.faults import BadRow
from vigie.sources.scanners import Report, SightingRow

from .perimeter import Perimeter
from .staging import Staging

MOST_PLACES = 10_000  # of another perimeter, told apart
TOLD_EVERY = 1_000


class Foreign:
    """What the report says of places that this establishment did not declare: each place once, and how often."""

    def __init__(self) -> None:
        self.rows = 0
        self._places: dict[str, tuple[int, int]] = {}

    def add(self, row: SightingRow) -> None:
        self.rows += 1
        place = row.address or row.name
        line, times = self._places.get(place, (row.line, 0))
        if times or len(self._places) < MOST_PLACES:
            self._places[place] = (line, times + 1)

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(self._places)

    def leave_out(self, tally: Tally, establishment: Establishment) -> None:
        for place, (line, times) in self._places.items():
            reason = f"{place} is of another perimeter: {establishment.finess} does not declare it ({times} rows)"
            tally.leave_out(BadRow(line, reason, place))
        tally.bad += self.rows - len(self._places)


def stage(report: Report, perimeter: Perimeter, staging: Staging, tally: Tally, progress: Progress) -> Foreign:
    foreign = Foreign()
    for row in report.read():
        tally.lines += 1
        if isinstance(row, BadRow):
            tally.leave_out(row)
        elif perimeter.holds(row):
            staging.add(row)
        else:
            foreign.add(row)
        if tally.lines % TOLD_EVERY == 0:
            progress(tally.lines, 0)
    return foreign


def why_refused(staging: Staging, foreign: Foreign, tally: Tally, establishment: Establishment) -> str:
    """The sentence that refuses the file whole; empty when it may be used."""
    limit = registry_rules.import_limits().bad_lines
    if limit.exceeded(tally.bad, tally.lines):
        return (
            f"{tally.bad} bad rows of {tally.lines}, more than {limit.percent} % and more than {limit.floor}: "
            "nothing was changed"
        )
    if foreign.rows and not staging.count:
        return f"it is of another perimeter: {establishment.finess} declares no place of its {foreign.rows} rows"
    return ""
