"""Exports of leaks: any shape of line gives a count, a domain and a day, or a reason that quotes nothing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.sources.faults import BadRow, SourceUnreadable
from vigie.sources.leaks import Leaked, read_leaks


def lines(tmp_path, text, columns=None):
    path = tmp_path / "export"
    path.write_text(text, encoding="utf-8")
    return list(read_leaks(path, columns))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("a@CHU.example,2026-01-02,", ("chu.example", "2026-01-02", 1), id="an-address"),
        pytest.param("chu.example.,,7", ("chu.example", "None", 7), id="a-domain-with-a-count"),
        pytest.param("a@b@chu.example,2026-01-02T03:04:05Z,1", ("chu.example", "2026-01-02", 1), id="two-at-signs"),
        pytest.param("josephine,2026-01-02,1", "tells no domain", id="no-domain"),
        pytest.param("a@chu.example,02/01/2026,1", "its date is not written as 2026-11-23", id="a-french-date"),
        pytest.param("a@chu.example,,many", "its count is not a number", id="no-number"),
        pytest.param("a@chu.example,,-4", "its count is not a number", id="negative"),
        pytest.param("a@chu.example,,99999999999", "its count is not a number", id="too-many"),
    ],
)
def test_what_a_line_says(tmp_path, line, expected):
    [row] = lines(tmp_path, f"email,date,count\n{line}\n")
    told = row.reason if isinstance(row, BadRow) else (row.domain, str(row.day), row.count)
    assert told == expected


def test_a_list_of_anything_in_json_is_read_to_its_end(tmp_path):
    rows = lines(tmp_path, json.dumps([1, None, [], {"domain": {"a": 1}}, {"Domain": "chu.example", "count": 3}]))
    assert [isinstance(row, BadRow) for row in rows] == [True, True, True, True, False]


def test_a_column_that_is_named_and_is_not_there_is_refused(tmp_path):
    with pytest.raises(SourceUnreadable, match="--column domain"):
        lines(tmp_path, "email\na@chu.example\n", {"domain": "compte"})


@given(st.lists(st.text(max_size=60), max_size=8))
def test_nothing_of_a_bad_line_is_quoted(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("leaks")
    for row in lines(folder, json.dumps([{"email": f"secret-{text}", "date": text} for text in texts])):
        if isinstance(row, BadRow):
            assert "secret-" not in repr(row)
        else:
            assert isinstance(row, Leaked)
