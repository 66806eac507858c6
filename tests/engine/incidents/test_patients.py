"""National identifiers: those whose key is right are seen, however they are spaced; other long numbers are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.incidents.patients import is_dicom, message_at, number_at


def with_key(digits: str) -> str:
    counted = digits.replace("2A", "19").replace("2B", "18")
    return f"{digits}{97 - int(counted) % 97:02}"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        pytest.param(with_key("1850578006084"), 0, id="alone"),
        pytest.param("n° " + with_key("2990199123456") + ".", 3, id="in-a-sentence"),
        pytest.param("2 55 08 14 168 025 38", 0, id="spaced"),
        pytest.param(with_key("185052A006084"), 0, id="corsica"),
        pytest.param(with_key("1853078006084"), 0, id="month-not-known"),
        pytest.param("255081416802539", None, id="wrong-key"),
        pytest.param("9" + with_key("2550814168025"), None, id="part-of-a-longer-number"),
        pytest.param("2026-11-23 05:30:00.123456", None, id="moment"),
        pytest.param("01 00 00 00 00", None, id="telephone"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_national_identifier_is_seen_by_its_key(text, at):
    assert number_at(text) == at


@given(st.from_regex(r"[1-478][0-9]{2}(0[1-9]|1[0-2])[0-9]{8}", fullmatch=True))
def test_one_key_of_a_hundred_is_right(digits):
    seen = [key for key in range(100) if number_at(f"{digits}{key:02}") is not None]
    assert seen == [97 - int(digits) % 97]


@given(st.text())
def test_any_text_has_an_answer(text):
    for place in (number_at(text), message_at(text)):
        assert place is None or 0 <= place < len(text)


def test_forms_of_health_data_are_known_by_their_heads():
    assert message_at("MSH|^~\\&|") == 0
    assert message_at("voir MSH|^~\\&|") is None
    assert is_dicom(b"\0" * 128 + b"DICM")
    assert not is_dicom(b"DICM")
