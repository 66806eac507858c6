"""Every case has one place; small groups are told together, and the total does not give them back."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.disclosure import DisclosureRule
from vigie.engine.incidents.yearly.breakdown import breakdown, folded

FIVE = DisclosureRule("test", date(2020, 1, 1), "test", 5)


def counted(table):
    return {"+".join(line.slugs): line.count for line in table.lines if line.count}


def answers(**told):
    """Each answer by so many structures, once."""
    number = iter(range(1000))
    return [(slug, next(number)) for slug, n in told.items() for _one in range(n)]


def test_unknown_is_apart_from_the_whole():
    table = breakdown("danger", answers(potential=32, proven=2, unknown=10), ("none", "potential", "proven"))
    assert [line.slugs for line in table.lines] == [("none",), ("potential",), ("proven",)]
    share = table.share_of("proven")
    assert (share.part, share.whole, share.unknown) == (2, 34, 10)


def test_answers_without_an_order_come_most_frequent_first():
    assert list(counted(breakdown("kind", answers(fraud=1, other=3, malware=2)))) == ["other", "malware", "fraud"]


def test_one_small_line_takes_the_next_smallest_with_it():
    table = folded(breakdown("danger", answers(none=40, potential=30, proven=2)), FIVE)
    assert counted(table) == {"none": 40, "potential+proven": 32}


def test_small_lines_that_are_enough_together_take_no_other():
    table = folded(breakdown("kind", answers(a=40, b=3, c=2)), FIVE)
    assert counted(table) == {"a": 40, "b+c": 5}


def test_few_unknown_are_told_with_an_answer_and_the_table_says_so():
    table = folded(breakdown("danger", answers(none=40, proven=6, unknown=1)), FIVE)
    assert table.unknown is None
    assert counted(table) == {"none": 40, "proven+unknown": 7}


def test_many_incidents_of_one_structure_are_still_one_structure():
    table = folded(breakdown("kind", [*answers(a=40, b=20), *[("c", 2000)] * 30]), FIVE)
    assert counted(table) == {"a": 40, "c+b": 50}


def test_a_table_of_too_few_structures_is_hidden():
    assert folded(breakdown("kind", answers(a=3, unknown=1)), FIVE).is_hidden


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", "d", "unknown"]), st.integers(0, 40)), max_size=80))
def test_nothing_is_lost_and_no_small_group_is_told(told):
    table = breakdown("kind", told)
    many = folded(table, FIVE)
    if many.is_hidden:
        assert 0 < len({structure for _slug, structure in told}) < 5
        return
    cells = [*many.lines, *([many.unknown] if many.unknown else [])]
    assert sum(cell.count for cell in cells) == len(told)
    assert all(cell.structures == 0 or cell.structures >= 5 for cell in cells)
