import pytest

from vigie.sources.faults import BadRow, SourceUnreadable
from vigie.sources.text_file import MAX_LINE_BYTES, Line, cells, examine, read_lines


def texts(path):
    return [item.text if isinstance(item, Line) else item for item in read_lines(examine(path))]


@pytest.mark.parametrize(
    ("content", "encoding", "first"),
    [
        pytest.param("Hôpital\n".encode(), "utf-8-sig", "Hôpital", id="utf-8"),
        pytest.param("\ufeffHôpital\n".encode(), "utf-8-sig", "Hôpital", id="utf-8-with-a-mark"),
        pytest.param("Hôpital œuvre €\n".encode("cp1252"), "cp1252", "Hôpital œuvre €", id="cp1252"),
        pytest.param(b"plain\r\n", "utf-8-sig", "plain", id="ascii-with-carriage-return"),
        pytest.param("Hôpital".encode(), "utf-8-sig", "Hôpital", id="no-end-of-line"),
    ],
)
def test_the_encoding_is_found_out(tmp_path, content, encoding, first):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    assert examine(path).encoding == encoding
    assert texts(path)[0] == first


def test_the_encoding_is_decided_over_the_whole_file(tmp_path):
    path = tmp_path / "late.csv"
    path.write_bytes(b"plain line\n" * 50_000 + "Hôpital\n".encode("cp1252"))
    assert examine(path).encoding == "cp1252"
    assert texts(path)[-1] == "Hôpital"


def test_one_broken_line_does_not_turn_every_accent_of_a_utf8_file(tmp_path):
    path = tmp_path / "broken.csv"
    path.write_bytes("Hôpital\n".encode() * 3 + b"H\xf4pital\n")
    assert texts(path) == ["Hôpital"] * 3 + [BadRow(4, "holds bytes that are not utf-8")]


def test_a_byte_that_no_encoding_has_spoils_its_line_only(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_bytes("é\n".encode("cp1252") + b"\x81\nb\n")
    assert texts(path) == ["é", BadRow(2, "holds bytes that are not cp1252"), "b"]


def test_a_nul_byte_spoils_its_line_only(tmp_path):
    path = tmp_path / "nul.csv"
    path.write_bytes(b"a\nb\x00c\nd\n")
    assert texts(path) == ["a", BadRow(2, "holds a NUL byte"), "d"]


def test_a_huge_line_is_left_out_without_being_held(tmp_path):
    path = tmp_path / "huge.csv"
    path.write_bytes(b"a\n" + b"x" * (MAX_LINE_BYTES * 5) + b"\nb\n")
    assert texts(path) == ["a", BadRow(2, f"longer than {MAX_LINE_BYTES} bytes"), "b"]


def test_blank_lines_are_passed_over_and_still_counted(tmp_path):
    path = tmp_path / "blank.csv"
    path.write_bytes(b"a\n\n  \nb\n")
    assert list(read_lines(examine(path))) == [Line(1, "a"), Line(4, "b")]


def test_the_fingerprint_is_that_of_the_whole_file(tmp_path):
    from hashlib import sha256

    path = tmp_path / "file.csv"
    path.write_bytes(b"x" * (MAX_LINE_BYTES * 3) + b"\nend")
    assert examine(path).sha256 == sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param("a;b".encode("utf-16"), "UTF-16", id="utf-16"),
        pytest.param(b"PK\x03\x04rest", "spreadsheet", id="archive"),
    ],
)
def test_what_is_no_text_is_told_in_a_sentence(tmp_path, content, says):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable, match=says):
        examine(path)


def test_a_missing_file_and_a_folder_are_told_in_a_sentence(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(SourceUnreadable, match="cannot be read"):
            examine(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a; b ;c", ["a", "b", "c"], id="plain"),
        pytest.param(
            'a;"CLINIQUE ""LES TILLEULS"" ; NORD";c', ["a", 'CLINIQUE "LES TILLEULS" ; NORD', "c"], id="quotes"
        ),
        pytest.param('a;"not closed', BadRow(7, "a quote is not closed, or not doubled"), id="not-closed"),
        pytest.param('a;"b"c";d', BadRow(7, "a quote is not closed, or not doubled"), id="not-doubled"),
    ],
)
def test_cells_are_undone_from_their_quotes(text, expected):
    assert cells(Line(7, text), ";") == expected
