import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.sources import finess_number


@pytest.mark.parametrize("number", ["000001008", "010000024", "2A0000014", "980502298"])
def test_the_last_digit_is_a_luhn_digit(number):
    assert finess_number.is_valid(number) is (number[-1] == finess_number.check_digit(number[:8]))


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        pytest.param("000001008", True, id="example"),
        pytest.param("000001009", False, id="wrong-digit"),
        pytest.param("00000100", False, id="too-short"),
        pytest.param("0000010088", False, id="too-long"),
        pytest.param("A00001008", False, id="letter-first"),
        pytest.param("", False, id="empty"),
        pytest.param("00000100८", False, id="digit-of-another-script"),
        pytest.param("000001008\n", False, id="line-end"),
    ],
)
def test_form_and_digit_are_both_asked(text, valid):
    assert finess_number.is_valid(text) is valid
    assert (finess_number.problem(text) is None) is valid


@given(st.from_regex(r"\A[0-9][0-9AB][0-9]{6}\Z"))
def test_exactly_one_check_digit_fits(body):
    fits = [digit for digit in "0123456789" if finess_number.is_valid(body + digit)]
    assert fits == [finess_number.check_digit(body)]


@pytest.mark.parametrize(
    ("written", "restored"),
    [
        pytest.param("000001008", "000001008", id="whole"),
        pytest.param("1008", "000001008", id="zeros-lost"),
        pytest.param("1008.0", "000001008", id="made-a-float"),
        pytest.param("10780054", "010780054", id="one-zero-lost"),
        pytest.param("1009", None, id="zeros-lost-but-the-digit-does-not-prove-it"),
        pytest.param("010 780 054", "010780054", id="blanks"),
        pytest.param("2a0000014", "2A0000014" if finess_number.is_valid("2A0000014") else None, id="lower-case"),
        pytest.param("0", None, id="zero"),
        pytest.param("", None, id="empty"),
        pytest.param("1.07E+08", None, id="exponent"),
    ],
)
def test_lost_zeros_come_back_only_when_the_digit_proves_it(written, restored):
    assert finess_number.restored(written) == restored


def test_every_number_of_the_survey_holds(shared_data):
    lines = (shared_data / "registry" / "sae_id_2023.csv").read_bytes().decode("cp1252").splitlines()[1:]
    numbers = {cell for line in lines for cell in (line.split(";")[2],)}
    assert len(numbers) == 3975
    assert {number for number in numbers if not finess_number.is_valid(number)} == set()
