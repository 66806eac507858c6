from tests.apps.registry.extracts import sae_file, sae_line, site
from vigie.sources.faults import BadRow
from vigie.sources.sae import read_sae_groups, read_sae_sites
from vigie.sources.text_file import examine


def test_the_survey_of_2023_is_read_whole(shared_data):
    rows = list(read_sae_sites(examine(shared_data / "registry" / "sae_id_2023.csv")))
    assert len(rows) == 3975
    assert not [row for row in rows if isinstance(row, BadRow)]
    by_finess = {row.finess: row for row in rows}
    assert by_finess["210780276"].name == 'SERVICE SOINS DE SUITE ET READAPTATION SSR "EDITH CAVELL"'
    assert by_finess["010000024"].entity == "010780054"
    # 46 rows of the survey have a SIREN in the place of the SIRET.
    assert sum(not row.siret for row in rows) == 46


def test_the_groups_of_2023_are_read_from_both_files(shared_data):
    long = list(read_sae_groups(examine(shared_data / "registry" / "sae_ght_2023.csv")))
    short = list(read_sae_groups(examine(shared_data / "registry" / "ght_135.csv")))
    assert len(long) == 135
    assert [(row.code, row.name, row.region) for row in long] == [(row.code, row.name, row.region) for row in short]
    assert {row.code: row.region for row in long}["GUA-01"] == "01"


def test_bad_lines_do_not_hide_the_others(tmp_path):
    path = sae_file(
        tmp_path, sae_line(1, 1), sae_line(2, 1).replace("2023", "year"), "2023;short", sae_line(3, 1, name="")
    )
    good, year, short, nameless = read_sae_sites(examine(path))
    assert good.finess == site(1)
    assert [row.line for row in (year, short, nameless)] == [3, 4, 5]
    assert "is not a year" in year.reason
    assert "cells instead of" in short.reason
    assert "no name" in nameless.reason
