"""A name that somebody sent is shown; it leads nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.file_name import LONGEST, shown_file_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("../../etc/passwd", "passwd", id="a-path"),
        pytest.param("C:\\a\\b.pdf", "b.pdf", id="a-path-of-windows"),
        pytest.param('a"\r\nSet-Cookie: x.pdf', "a___Set-Cookie_ x.pdf", id="a-header"),
        pytest.param("rapport\x00\n.xml", "rapport__.xml", id="a-null-that-postgresql-refuses"),
        pytest.param("", "document", id="nothing"),
        pytest.param("a/", "document", id="a-folder"),
    ],
)
def test_a_file_name_leads_nowhere(name: str, shown: str) -> None:
    assert shown_file_name(name, otherwise="document") == shown


@given(st.text())
def test_whatever_is_sent_is_one_short_printable_name(name: str) -> None:
    shown = shown_file_name(name, otherwise="document")
    assert shown.isprintable()
    assert "/" not in shown
    assert 0 < len(shown) <= LONGEST
