import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.data.confusables import confusables
from vigie.engine.lookalikes import is_whole_script_look_alike, reads_as

TABLE = confusables()


@pytest.mark.parametrize(
    ("name", "read"),
    [
        pytest.param("сһr.example", "chr.example", id="cyrillic-and-latin"),
        pytest.param("сосо", "coco", id="cyrillic"),
        pytest.param("hôpital", "hopital", id="accents"),
        pytest.param("больница", None, id="letters-of-its-own"),
        pytest.param("valmorne", None, id="ascii"),
    ],
)
def test_a_name_reads_as_the_latin_one_that_it_looks_like(name, read):
    assert reads_as(name, TABLE) == read


@pytest.mark.parametrize(
    ("label", "imitates"),
    [("сосо", True), ("больница", False), ("hôpital", False), ("valmorne", False), ("οο", True), ("2026", False)],
)
def test_a_name_of_another_alphabet_may_imitate_a_latin_one_as_a_whole(label, imitates):
    assert is_whole_script_look_alike(label, TABLE) is imitates


@given(st.text(max_size=60))
def test_what_is_read_is_ascii_and_reads_as_nothing_else(name):
    read = reads_as(name, TABLE)
    assert read is None or (read.isascii() and reads_as(read, TABLE) is None)


def test_every_letter_of_the_table_stands_for_one_ascii_letter():
    assert all(
        len(sign) == 1 and not sign.isascii() and plain in "abcdefghijklmnopqrstuvwxyz" for sign, plain in TABLE.items()
    )
