import pytest

from tests.apps.registry.extracts import MARCH, extract, group_line, group_list, sae_file, sae_line, site_line
from vigie.sources.faults import SourceUnreadable
from vigie.sources.registry_kind import Content, recognise


def test_a_file_is_told_by_what_it_holds(tmp_path):
    assert recognise(extract(tmp_path, MARCH, site_line(1), name="x.txt")).content is Content.FINESS
    assert recognise(sae_file(tmp_path, sae_line(1, 1))).content is Content.SAE_SITES
    assert recognise(group_list(tmp_path, group_line(1))).content is Content.GROUPS


@pytest.mark.parametrize(
    ("header", "content"),
    [
        pytest.param("finess;kind;value;label;exchanges_care_data", Content.ASSETS, id="assets"),
        pytest.param("finess;kind;signatory;basis;from;until;intensity", Content.MANDATES, id="mandates"),
        pytest.param("code_court,code_ght,nom_complet,nb_etab", Content.SAE_GROUPS, id="short-group-names"),
        pytest.param("\ufefffiness;kind;value", Content.ASSETS, id="with-a-mark"),
    ],
)
def test_a_table_is_told_by_its_header(tmp_path, header, content):
    path = tmp_path / "table.csv"
    path.write_text(header + "\n", encoding="utf-8")
    assert recognise(path).content is content


@pytest.mark.parametrize("content", ["hello\n", "a;b;c\n1;2;3\n", "\n\n", "\x00\x01\x02"])
def test_what_is_none_of_ours_is_told_in_a_sentence(tmp_path, content):
    path = tmp_path / "table.csv"
    path.write_text(content)
    with pytest.raises(SourceUnreadable, match="none of the files"):
        recognise(path)
