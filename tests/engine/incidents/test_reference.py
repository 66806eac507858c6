"""References that tell nothing, survive a telephone, and show a slip of the tongue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.incidents import reference
from vigie.engine.incidents.reference import SYMBOLS, BadReference, Slip, drawn, read

references = st.randoms(use_true_random=False).map(lambda source: drawn(source.randrange))


@given(references)
def test_what_is_drawn_is_read_back_however_it_is_typed(printed):
    assert read(printed) == printed
    assert read(printed.lower().replace("-", "")) == printed
    assert read(f"  {printed[:5]} {printed[6:11]} {printed[12:]}\u00a0") == printed
    assert read(printed.replace("0", "o").replace("1", "l")) == printed


@given(references, st.integers(0, 10), st.sampled_from(SYMBOLS))
def test_one_wrong_symbol_is_always_seen(printed, place, other):
    symbols = printed.replace("-", "")
    wrong = symbols[:place] + other + symbols[place + 1 :]
    answer = read(wrong)
    assert answer == printed if other == symbols[place] else answer == BadReference(Slip.CHECK, length=11)


@given(references, st.integers(0, 9))
def test_two_exchanged_symbols_are_always_seen(printed, place):
    symbols = printed.replace("-", "")
    exchanged = symbols[:place] + symbols[place + 1] + symbols[place] + symbols[place + 2 :]
    if exchanged != symbols:
        assert read(exchanged) == BadReference(Slip.CHECK, length=11)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        pytest.param("", BadReference(Slip.EMPTY), id="nothing"),
        pytest.param("7K3QM-9XT4R", BadReference(Slip.SHORT, length=10), id="the-check-symbol-is-missing"),
        pytest.param("7K3QM-9XT4R-HH", BadReference(Slip.LONG, length=12), id="one-too-many"),
        pytest.param("7K3UM-9XT4R-H", BadReference(Slip.SYMBOL, 4, "U", 11), id="u-is-in-no-reference"),
        pytest.param("7K3QM_9XT4R", BadReference(Slip.SYMBOL, 6, "_", 11), id="underscore"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(typed, told):
    assert read(typed) == told


@given(st.text())
def test_nothing_typed_breaks_the_reader(text):
    answer = read(text)
    assert isinstance(answer, str | BadReference)


def test_a_number_whose_check_symbol_cannot_be_said_is_drawn_again():
    numbers = iter([36, 33, 5])
    assert drawn(lambda _below: next(numbers)) == reference.printed("00000000055")
