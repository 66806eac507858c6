import pytest

from vigie.sources.version_prose import LONGEST, Span, spans


def between(start, end):
    return Span(start_including=start, end_excluding=end)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("versions 7.0.x antérieures à 7.0.13", (between("7.0", "7.0.13"),), id="a-line-and-its-fix"),
        pytest.param("versions antérieures à 6.2.0", (Span(end_excluding="6.2.0"),), id="everything-before"),
        pytest.param("versions 6.0.7 et antérieures.", (Span(end_including="6.0.7"),), id="up-to-and-with"),
        pytest.param("7.3 antérieures à 7.3 U36", (between("7.3", "7.3 u36"),), id="an-update"),
        pytest.param("toutes versions", (Span(),), id="all-in-french"),
        pytest.param("vers:all/*", (Span(),), id="all-in-csaf"),
        pytest.param("6.4 all versions", (between("6.4", "6.5"),), id="a-whole-line"),
        pytest.param("< 3.2.1", (Span(end_excluding="3.2.1"),), id="one-sign"),
        pytest.param(">= 1.0, < 2.0", (between("1.0", "2.0"),), id="two-signs"),
        pytest.param(">= 1.0, < 2.0, >= 3.0, < 3.4", (between("1.0", "2.0"), between("3.0", "3.4")), id="four-signs"),
        pytest.param("7.4.0 through 7.4.2", (Span(start_including="7.4.0", end_including="7.4.2"),), id="through"),
        pytest.param("4.20 | 4.30", (Span(version="4.20"), Span(version="4.30")), id="a-list"),
        pytest.param("9.1R14.4", (Span(version="9.1r14.4"),), id="one"),
        pytest.param("before 9.1 and 8.2", None, id="two-forms-mixed"),
        pytest.param("sans le dernier correctif", None, id="without-the-last-patch"),
        pytest.param("with wireless option (shipped before 2018)", None, id="not-a-version"),
        pytest.param("", None, id="nothing"),
        pytest.param("1." * LONGEST, None, id="too-long"),
        pytest.param("antérieures à " * 20, None, id="words-alone"),
    ],
)
def test_prose_is_read_whole_or_not_at_all(text, expected):
    assert spans(text) == expected
