"""How many of each, of how many structures, and what may be told to who may not read them one by one?"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vigie.engine.disclosure import DisclosureRule

from .case import UNKNOWN
from .share import Share


@dataclass(frozen=True, slots=True)
class Line:
    slugs: tuple[str, ...]  # several once they are told together
    count: int
    members: frozenset[int] = frozenset()  # the structures behind it

    @property
    def structures(self) -> int:
        return len(self.members)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One question; each case has one answer, and those without are apart."""

    slug: str
    lines: tuple[Line, ...]
    unknown: Line | None  # None: told together with an answer, by `folded`
    is_hidden: bool = False  # too few in all to be told

    @property
    def whole(self) -> int:
        """The cases of the lines: those whose answer is known, and the others where both are told together."""
        return sum(line.count for line in self.lines)

    def share(self, line: Line) -> Share:
        return Share(line.count, self.whole, self.unknown.count if self.unknown else 0)

    def share_of(self, slug: str) -> Share:
        """The share of one answer, nought when nobody gave it."""
        found = next((line for line in self.lines if line.slugs == (slug,)), Line((slug,), 0))
        return self.share(found)


def breakdown(slug: str, answers: Iterable[tuple[str, int]], order: Sequence[str] = ()) -> Breakdown:
    """Count (answer, structure). Lines of `order` come first even at nought; the others follow, most first."""
    held: defaultdict[str, list[int]] = defaultdict(list)
    for answer, structure in answers:
        held[answer].append(structure)
    unknown = held.pop(UNKNOWN, [])
    rest = sorted(held.keys() - set(order), key=lambda one: (-len(held[one]), one))
    lines = tuple(_line(one, held.get(one, [])) for one in (*order, *rest))
    return Breakdown(slug, lines, _line(UNKNOWN, unknown))


def _line(slug: str, structures: list[int]) -> Line:
    return Line((slug,), len(structures), frozenset(structures))


def folded(table: Breakdown, rule: DisclosureRule) -> Breakdown:
    """The same table, its lines of few structures told together until they are enough.

    A single small line takes the next smallest with it, so that the total does not give it back. A table of too few
    structures in all is hidden.
    """
    cells = [*table.lines, *([table.unknown] if table.unknown else [])]
    if not any(cell.count for cell in cells):
        return table  # nought names no one
    if rule.hides(len(frozenset[int]().union(*(cell.members for cell in cells)))):
        return Breakdown(table.slug, (), Line((UNKNOWN,), 0), is_hidden=True)
    by_size = sorted((cell for cell in cells if cell.count), key=lambda cell: (cell.structures, cell.slugs))
    together: list[Line] = []
    for cell in by_size:
        members = frozenset[int]().union(*(one.members for one in together))
        if rule.hides(cell.structures) or (together and rule.hides(len(members))):
            together.append(cell)
    if not together:
        return table
    kept = tuple(line for line in table.lines if line not in together)
    slugs = tuple(slug for line in cells if line in together for slug in line.slugs)
    members = frozenset[int]().union(*(one.members for one in together))
    line = Line(slugs, sum(one.count for one in together), members)
    return Breakdown(table.slug, (*kept, line), None if table.unknown in together else table.unknown)
