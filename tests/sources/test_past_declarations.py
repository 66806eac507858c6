"""A table of past declarations through its mapping: a line is whole or left out, and each fault says where."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vigie.engine.incidents.taxonomy import Care, Danger, Kind, Known, RootCause
from vigie.sources.faults import BadRow, SourceError, SourceUnreadable
from vigie.sources.past_declarations import PastDeclaration, read_mapping, read_past_declarations

SAMPLES = Path(__file__).parents[1] / "samples" / "incidents"
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
LEAST = 'source: "S"\ncolumns: {reference: "N", declared_at: "Le"}\ndates: ["%d/%m/%Y"]\n'


def rows(path, mapping=SAMPLES / "signalements.yaml"):
    return list(read_past_declarations(path, read_mapping(mapping), now=NOW, zone=PARIS))


def written(tmp_path, text, mapping=LEAST):
    (tmp_path / "mapping.yaml").write_text(mapping, encoding="utf-8")
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    return tmp_path / "table.csv", tmp_path / "mapping.yaml"


def test_the_sample_is_read_and_each_bad_line_says_why():
    found = rows(SAMPLES / "signalements.csv")
    good = [row for row in found if isinstance(row, PastDeclaration)]
    assert [row.reference for row in good] == ["V-2020-001", "V-2020-002", "V-2020-003"]
    first = good[0]
    assert first.declared_at == datetime(2020, 3, 4, 23, 10, tzinfo=PARIS)
    assert (first.facts.kind, first.facts.cause, first.facts.care) == (Kind.RANSOMWARE, RootCause.ATTACK, Care.DEGRADED)
    assert (first.facts.danger, first.facts.data_loss, first.facts.data_disclosure) == (
        Danger.POTENTIAL,
        Known.YES,
        Known.UNKNOWN,
    )
    assert (first.wants_help, first.help_minutes, first.facts.care_hours) == (Known.YES, 240, 83)
    assert first.cells["SUIVI INTERNE"] == "dossier 12"  # read by no field, kept all the same
    assert [(row.line, row.reason) for row in found if isinstance(row, BadRow)] == [
        (5, "declared_at: “31/02/2020” is not a date that the mapping describes"),
        (6, "kind: “Cyberattaque” is no answer; say what it stands for under values in the mapping"),
        (7, "reference V-2020-001 is on line 2 already"),
        (8, "declared before it was discovered"),
        (9, "finess: 000000001 is not a FINESS number: its check digit should be 0"),
    ]


def test_a_workbook_is_read_as_its_csv_is(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Signalements de la Valombre"])
    book.active.append(["N", "Le"])
    book.active.append(["A-1", datetime(2020, 3, 4, 23, 10)])  # noqa: DTZ001 -- workbooks have no zone
    book.save(tmp_path / "table.xlsx")
    (tmp_path / "mapping.yaml").write_text(LEAST, encoding="utf-8")
    [row] = rows(tmp_path / "table.xlsx", tmp_path / "mapping.yaml")
    assert (row.reference, row.declared_at) == ("A-1", datetime(2020, 3, 4, 23, 10, tzinfo=PARIS))


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        pytest.param("[1, 2]", "is not a mapping", id="a-list"),
        pytest.param("a: [", "is not YAML", id="broken"),
        pytest.param('source: "S"\ncolumns: {reference: "N"}\n', "must name declared_at", id="no-date"),
        pytest.param('columns: {reference: "N", declared_at: "Le"}\n', "give the series a name", id="no-source"),
        pytest.param(LEAST + "colour: red\n", "“colour” is no part of a mapping", id="unknown-part"),
        pytest.param(LEAST.replace("reference:", "ref:"), "columns names “ref”", id="unknown-field"),
        pytest.param(LEAST + "values: {kind: {Virus: viral}}\n", "“viral” is none of its answers", id="unknown-slug"),
        pytest.param(LEAST.replace('"Le"', '"Date"'), "no column DATE", id="missing-column"),
        pytest.param("!!python/object/apply:os.system ['true']", "is not YAML", id="code"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_what_is_wrong(tmp_path, mapping, told):
    table, file = written(tmp_path, "N;Le\nA;04/03/2020\n", mapping)
    with pytest.raises(SourceUnreadable, match=told):
        rows(table, file)


@pytest.mark.parametrize(
    ("day", "told"),
    [("01/01/1970", "too long ago"), ("01/01/2090", "in the future"), ("", "no date of declaration")],
)
def test_a_day_that_cannot_be_is_refused(tmp_path, day, told):
    [row] = rows(*written(tmp_path, f"N;Le\nA;{day}\n"))
    assert told in row.reason


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=6))
def test_whatever_is_in_the_cells_each_line_is_read_or_told(tmp_path, cells):
    text = "N;Le\n" + "\n".join(f"{first};{second}" for first, second in cells)
    table, file = written(tmp_path, text.encode("utf-8", "replace").decode())
    try:
        found = rows(table, file)
    except SourceError:
        return
    assert all(isinstance(row, PastDeclaration | BadRow) for row in found)
