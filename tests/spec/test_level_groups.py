"""The exposure of a group or a territory, from its members."""

from datetime import date

import pytest

from vigie.data.params import exposure_method
from vigie.engine.level import Member, grouped

METHOD = exposure_method(date(2026, 11, 23))


def members(*levels: tuple[int, int, str] | None) -> tuple[Member, ...]:
    return tuple(
        Member(number, *level) if level else Member(number, 0, 0, "", looked_at=False)
        for number, level in enumerate(levels)
    )


NEVER = None


#   (low, high, letter) of each member -> low, high, letter, established of members
@pytest.mark.parametrize(
    ("levels", "low", "high", "letter", "known", "total"),
    [
        pytest.param([], 0, 100, "", 0, 0, id="nobody"),
        pytest.param([(90, 95, "A")], 90, 95, "A", 1, 1, id="one-alone"),
        pytest.param([(90, 95, "A"), (25, 25, "E")], 57, 60, "C", 2, 2, id="low-rounds-down"),
        pytest.param([(90, 95, "A"), (90, 96, "A")], 90, 96, "A", 2, 2, id="high-rounds-up"),
        pytest.param([(90, 90, "A"), NEVER], 45, 95, "", 1, 2, id="never-looked-at-is-from-0-to-100"),
        pytest.param([(80, 90, "B"), (80, 90, "B"), NEVER], 53, 94, "D", 2, 3, id="enough-members-known"),
        pytest.param([(30, 90, ""), (90, 90, "A")], 60, 90, "", 1, 2, id="a-level-not-established-counts-as-unknown"),
    ],
)
def test_the_level_of_a_group(levels, low, high, letter, known, total):
    result = grouped(members(*levels), METHOD)
    assert (result.low, result.high, result.letter, result.known, result.total) == (low, high, letter, known, total)


def test_the_distribution_counts_every_member_once():
    trace = grouped(members((90, 95, "A"), (25, 25, "E"), NEVER, (30, 99, "")), METHOD).trace
    assert trace.letters == (("A", 1), ("B", 0), ("C", 0), ("D", 0), ("E", 1), ("", 2))
    assert (trace.members, trace.established, trace.never_looked_at) == (4, 2, 1)
    assert trace.lowest == (2, 1, 3, 0)
