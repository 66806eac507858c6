from datetime import date

import pytest

from tests.apps.registry.extracts import MARCH, entity_line, extract, position_line, site, site_line
from vigie.sources.faults import BadRow, SourceUnreadable
from vigie.sources.finess import EntityRow, PositionRow, SiteRow, Stamp, read_finess, read_stamp
from vigie.sources.text_file import examine


def rows(folder, *lines, encoding="utf-8"):
    return list(read_finess(examine(extract(folder, MARCH, *lines, encoding=encoding))))


def test_two_record_types_come_in_file_order(tmp_path):
    first, second, third = rows(tmp_path, site_line(1), position_line(1), entity_line(1))
    assert (type(first), type(second), type(third)) == (SiteRow, PositionRow, EntityRow)
    assert (second.easting, second.northing, second.epsg) == (870000.0, 6570000.0, 2154)
    assert (first.postal_code, first.city, first.opened_on) == ("01999", "VALMORNE", date(1970, 3, 1))
    assert (third.siren, third.legal_status, third.opened_on) == ("000501007", "13", date(1962, 1, 15))


def test_codes_stay_text(tmp_path):
    (row,) = rows(tmp_path, site_line(1, department="2A", siret="00050100700124"))
    assert (row.department, row.siret, row.finess) == ("2A", "00050100700124", site(1))


def test_the_published_layout_of_31_cells_is_read_too(tmp_path):
    (row,) = rows(tmp_path, site_line(1).removesuffix(";"))
    assert isinstance(row, SiteRow)


def test_the_long_name_is_preferred(tmp_path):
    line = site_line(1).split(";")
    line[4] = '"CLINIQUE ""LES TILLEULS"" '
    line.insert(5, ' SITE NORD"')
    (row,) = rows(tmp_path, ";".join(line))
    assert row.name == 'CLINIQUE "LES TILLEULS" ; SITE NORD'


def test_old_files_are_in_cp1252(tmp_path):
    (row,) = rows(tmp_path, site_line(1, name="HÔPITAL DU CŒUR"), encoding="cp1252")
    assert row.name == "HÔPITAL DU CŒUR"


GOOD = site_line(1)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(GOOD + ";", "33 cells instead of 31 or 32", id="too-many-cells"),
        pytest.param(GOOD.removesuffix(";").rpartition(";")[0], "30 cells instead of 31 or 32", id="too-few-cells"),
        pytest.param("structureej;1;2", "3 cells instead of 23", id="short-entity"),
        pytest.param(GOOD.replace(site(1), site(1)[:8] + "X"), "is not a FINESS number", id="number-of-no-form"),
        pytest.param(GOOD.replace("1970-03-01", "1970-02-30"), "is not a date", id="no-such-day"),
        pytest.param(GOOD.replace("CLINIQUE DE VALMORNE 1", ""), "no name", id="no-name"),
        pytest.param(GOOD.replace("CLINIQUE DE VALMORNE 1", "X" * 121), "longer than 120", id="long-name"),
        pytest.param(site_line(1, siret="123"), "is not a SIRET", id="short-siret"),
        pytest.param(site_line(1, category="35555"), "is not a category code", id="long-category"),
        pytest.param(site_line(1, department="001"), "is not a department code", id="long-department"),
        pytest.param(position_line(1, easting="nan"), "not a coordinate on this planet", id="not-a-number"),
        pytest.param(position_line(1, easting="east"), "is not a coordinate in metres", id="word-for-a-coordinate"),
        pytest.param(position_line(1, easting=""), "one coordinate without the other", id="half-a-position"),
        pytest.param(position_line(1, system="unknown"), "without their reference system", id="no-projection"),
        pytest.param("mystery;1;2", "unknown record type 'mystery'", id="unknown-type"),
        pytest.param('structureet;"', "a quote is not closed", id="open-quote"),
        pytest.param("a\x00b", "NUL", id="nul"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_its_reason(tmp_path, line, says):
    good, bad, after = rows(tmp_path, site_line(8), line, site_line(9))
    assert isinstance(good, SiteRow)
    assert isinstance(after, SiteRow)
    assert isinstance(bad, BadRow)
    assert bad.line == 3
    assert says in bad.reason


def test_an_empty_position_is_a_position_not_given(tmp_path):
    (row,) = rows(tmp_path, f"geolocalisation;{site(1)};;;;")
    assert (row.easting, row.northing, row.epsg) == (None, None, None)


def test_the_projection_is_read_line_by_line(tmp_path):
    rows_read = rows(tmp_path, position_line(1), position_line(2, system="EPSG:5490 RGAF09 / UTM 20N"))
    assert [row.epsg for row in rows_read] == [2154, 5490]


def test_the_stamp_tells_the_edition(tmp_path):
    assert read_stamp(examine(extract(tmp_path, MARCH, GOOD))) == Stamp("2603", MARCH)


@pytest.mark.parametrize(
    "first",
    ["structureet;1;2;3", "finess;etalab;1", "finess;etalab;1;yesterday", "finess;etalab;1;2026-02-30", ";;;", '"'],
)
def test_a_bad_stamp_is_refused_in_a_sentence(tmp_path, first):
    path = tmp_path / "bad.csv"
    path.write_text(f"{first}\n{GOOD}\n")
    with pytest.raises(SourceUnreadable, match="stamp"):
        read_stamp(examine(path))


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        pytest.param("finess_structureet_example.csv", SiteRow, 34, id="sites"),
        pytest.param("finess_structureej_example.csv", EntityRow, 30, id="entities"),
        pytest.param("finess_geolocalisation_example.csv", PositionRow, 33, id="positions"),
    ],
)
def test_the_examples_are_read_whole(shared_data, name, kind, count):
    found = list(read_finess(examine(shared_data / "registry" / name)))
    assert [type(row) for row in found] == [kind] * count
