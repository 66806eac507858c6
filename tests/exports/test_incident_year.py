"""The report in words: both languages hold the same words, unknown is drawn apart, nothing runs in a spreadsheet."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.engine.incidents.yearly.cases import NONE_LEFT_OUT, NOON, RULE, case
from vigie.data import documents
from vigie.engine.disclosure import DisclosureRule
from vigie.engine.incidents.yearly import Population, told_to_many, year_tables
from vigie.exports.incident_year import sheet, year_csv, year_facts, year_pdf
from vigie.exports.incident_year.sheet import SECTIONS

LATER = datetime(2021, 2, 1, tzinfo=UTC)
LABELS = {"region": {"X1": "=Valombre"}, "danger": {"none": "none", "potential": "potential", "proven": "proven"},
          "vector": {"mail": "e-mail"}, "equipment": {"workstation": "workstation"}}  # fmt: skip
FIVE = DisclosureRule("test", date(2020, 1, 1), "test", 5)


@pytest.fixture
def made():
    cases = [
        case(
            number,
            danger="unknown" if number < 3 else "proven" if number < 5 else "none",
            origin="malicious" if number % 2 else "not_malicious",
            care="degraded",
            care_hours=5,
            vector="mail",
            equipment="workstation",
            beds=100,
            restored_at=NOON + timedelta(days=number + 1),
        )
        for number in range(20)
    ]
    return year_tables(2020, cases, cases[:10], populations=[Population("X1", 40, 4000, 2)], left_out=NONE_LEFT_OUT,
                       moment=LATER, rule=RULE)  # fmt: skip


def block(told, slug):
    return next(block for section in told.sections for block in section.blocks if block.slug == slug)


def test_both_languages_have_the_same_words():
    words = documents.read("incident_year")
    assert set(words["fr"]) == set(words["en"])
    assert all(isinstance(slug, str) for slug in words["fr"])  # a bare yes would be a boolean


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_table_is_on_the_sheet_once(made, language):
    told = sheet(made, LABELS, language)
    assert sorted(block.slug for section in told.sections for block in section.blocks) == sorted(
        table.slug for table in made.tables
    )
    assert sum(len(tables) for _slug, tables in SECTIONS) == len(made.tables)


def test_the_first_line_answers_and_a_number_has_its_denominator(made):
    told = sheet(made, LABELS, "en")
    assert told.answer.replace("\u00a0", " ") == "20 incidents were declared in 2020 by 20 structures."
    assert [more.replace("\u00a0", " ") for more in told.answer_more] == [
        "50% of the 20 whose origin is known were malicious."
    ]
    assert block(told, "danger").note.replace("\u00a0", " ") == "Shares of 17 known answers; 3 unknown."


def test_unknown_has_a_bar_of_its_own_and_no_share(made):
    last = block(sheet(made, LABELS, "en"), "danger").rows[-1]
    assert (last.label, last.count, last.share, last.is_unknown) == ("Unknown", "3", "", True)


def test_a_region_has_its_rate_and_a_duration_its_band(made):
    told = sheet(made, LABELS, "fr")
    assert block(told, "region").rows[0].more.replace("\u00a0", " ") == "5,0 pour 1 000 lits"
    assert block(told, "care_hours").rows[0].label.replace("\u00a0", " ") == "de 4 heures à 24 heures"
    assert block(told, "entry").rows[0].label == "e-mail · workstation"


def test_who_reads_no_incident_is_told_no_small_group(made):
    told = sheet(told_to_many(made, FIVE), LABELS, "en", least=5)
    rows = block(told, "danger").rows
    assert [(row.label, row.count) for row in rows] == [("none", "15"), ("Together: proven, Unknown", "5")]


def test_too_few_structures_and_nothing_is_told(made):
    few = year_tables(2020, [case(1)], [], left_out=NONE_LEFT_OUT, moment=LATER, rule=RULE)
    told = sheet(told_to_many(few, FIVE), LABELS, "en", least=5)
    assert "Too few structures" in told.answer
    assert (told.sections, told.changes.rows, told.delays.rows) == ((), (), ())


def test_no_cell_of_the_csv_is_run_by_a_spreadsheet(made):
    rows = list(csv.reader(io.StringIO(year_csv(made, LABELS, "fr").removeprefix("\ufeff")), delimiter=";"))
    assert {len(row) for row in rows} == {13}
    region = next(row for row in rows if row[2] == "region")
    assert (region[4], region[5], region[12]) == ("'=Valombre", "20", "5.0")


def test_the_json_holds_every_table_with_its_unknown(made):
    facts = year_facts(made)
    danger = next(table for table in facts["tables"] if table["slug"] == "danger")
    assert (danger["whole"], danger["unknown"]) == (17, 3)
    assert facts["share_changes"]["malicious"]["points"] == 0


def test_the_pdf_of_too_few_carries_no_table():
    pytest.importorskip("typst")
    few = year_tables(2020, [case(1)], [], left_out=NONE_LEFT_OUT, moment=LATER, rule=RULE)
    assert b"vigie-incidents-2020.csv" not in year_pdf(told_to_many(few, FIVE), LABELS, "en", now=LATER, least=5)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pdf_is_tagged_and_holds_its_tables(made, language):
    pytest.importorskip("typst")
    written = year_pdf(made, LABELS, language, now=LATER)
    assert written.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in written
    assert b"vigie-incidents-2020.csv" in written
    assert written == year_pdf(made, LABELS, language, now=LATER)
