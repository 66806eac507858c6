import struct
import zipfile

import pytest
from openpyxl import Workbook

from tests.apps.registry.extracts import GROUP_HEADER, entity, group_line, group_list
from vigie.sources import spreadsheet
from vigie.sources.faults import BadRow, SourceRefused, SourceUnreadable
from vigie.sources.groups import MemberRow, read_groups
from vigie.sources.text_file import examine


def workbook(path, *rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


HEADER = GROUP_HEADER.split(";")
ROW = ["BRETAGNE", "GHT DES ESSAIS", "BRE-90", entity(1), "CH", "CH DE VALMORNE", "VALMORNE", "29999"]


def test_a_csv_and_a_workbook_say_the_same(tmp_path):
    path = workbook(tmp_path / "list.xlsx", HEADER, ROW)
    text = group_list(tmp_path, ";".join(ROW))
    assert list(read_groups(path, None)) == list(read_groups(text, examine(text)))


def test_the_header_may_have_another_case_other_accents_and_another_order(tmp_path):
    header = ["Code postal", "Région", "Dénomination  établissement", "code_ght", "Dénomination GHT", "Finess", "Note"]
    row = [1999, "Bretagne", "CH DE VALMORNE", "BRE-90", "GHT DES ESSAIS", int(entity(1)), None]
    (member,) = read_groups(workbook(tmp_path / "list.xlsx", ["A title"], [], header, row), None)
    assert (member.finess, member.postal_code, member.line) == (entity(1), "01999", 4)


def test_lost_zeros_come_back_only_when_the_digit_proves_it(tmp_path):
    wrong = int(entity(1)) + 1
    good, bad = read_groups(
        workbook(tmp_path / "list.xlsx", HEADER, [*ROW[:3], float(entity(1)), *ROW[4:]], [*ROW[:3], wrong, *ROW[4:]]),
        None,
    )
    assert good.finess == entity(1)
    assert isinstance(bad, BadRow)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(group_line(1, code=""), "no code or no name", id="no-code"),
        pytest.param(group_line(1, name=""), "no code or no name", id="no-group-name"),
        pytest.param(group_line(1).replace(entity(1), "123456789"), "is not a FINESS number", id="wrong-finess"),
        pytest.param("a;b;c", "3 cells instead of 8", id="short"),
    ],
)
def test_a_bad_line_is_told(tmp_path, line, says):
    path = group_list(tmp_path, line, group_line(2))
    bad, good = read_groups(path, examine(path))
    assert isinstance(good, MemberRow)
    assert says in bad.reason
    assert bad.line == 2


def test_our_own_column_tells_the_other_kinds_of_group(tmp_path):
    path = group_list(
        tmp_path, group_line(1) + ";PRIVÉ", group_line(2) + ";", group_line(3) + ";XXX", header=GROUP_HEADER + ";TYPE"
    )
    private, ght, wrong = read_groups(path, examine(path))
    assert (private.kind, ght.kind) == ("private", "ght")
    assert "is not a type of group" in wrong.reason


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"not a workbook at all", id="text"),
        pytest.param(b"PK\x03\x04broken", id="cut-archive"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_workbook_that_is_not_one_is_told_in_a_sentence(tmp_path, content):
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable, match="not an XLSX workbook"):
        list(read_groups(path, None))


def test_an_archive_without_a_workbook_is_told_in_a_sentence(tmp_path):
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(SourceUnreadable, match="not a readable XLSX workbook"):
        list(read_groups(path, None))


def test_a_workbook_without_the_columns_is_told_in_a_sentence(tmp_path):
    with pytest.raises(SourceUnreadable, match="no header"):
        list(read_groups(workbook(tmp_path / "list.xlsx", ["a", "b"], [1, 2]), None))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(spreadsheet, "MAX_UNPACKED_BYTES", 1_000_000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    assert path.stat().st_size < 10_000
    with pytest.raises(SourceRefused, match="would unpack"):
        list(read_groups(path, None))


def test_a_workbook_that_lies_about_its_size_stops_at_what_it_said(tmp_path):
    """The archive is read by its own directory: one that claims less is cut there and is then no workbook."""
    path = workbook(tmp_path / "list.xlsx", HEADER, ROW)
    data = bytearray(path.read_bytes())
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 3)
    path.write_bytes(data)
    try:
        rows = list(read_groups(path, None))
    except SourceUnreadable:
        rows = []
    assert all(isinstance(row, MemberRow) for row in rows)


def test_a_text_that_multiplies_itself_is_refused(tmp_path):
    """Nested entities: a kilobyte of XML that would grow to gigabytes."""
    plain, path = workbook(tmp_path / "plain.xlsx", HEADER, ROW), tmp_path / "laugh.xlsx"
    entities = "".join(f'<!ENTITY e{depth} "{f"&e{depth - 1};" * 10}">' for depth in range(1, 10))
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                start = content.index("<worksheet")
                content = f'<!DOCTYPE w [<!ENTITY e0 "ha">{entities}]>' + content[start:].replace("BRETAGNE", "&e9;")
            target.writestr(name, content)
    with pytest.raises(SourceUnreadable, match="not a readable XLSX workbook"):
        list(read_groups(path, None))
