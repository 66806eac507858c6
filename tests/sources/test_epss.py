from datetime import date

import pytest

from tests.sources.vulnerability_files import epss_text, write
from vigie.sources.epss import EpssScore, read_epss
from vigie.sources.faults import SourceError
from vigie.sources.json_stream import BadRecord


@pytest.mark.parametrize("name", ["epss.csv", "epss.csv.gz"])
def test_the_day_of_the_scores_is_read_from_the_first_line(tmp_path, name):
    epss = read_epss(write(tmp_path, name, epss_text("CVE-2099-1,0.5,0.9")))
    assert (epss.scored_on, epss.scores) == (date(2099, 2, 2), (EpssScore("CVE-2099-1", 0.5),))


def test_only_the_identifiers_that_are_asked_are_kept(tmp_path):
    path = write(tmp_path, "epss.csv", epss_text("CVE-2099-1,0.5,0.9", "CVE-2099-2,0.1,0.2"))
    assert [score.cve for score in read_epss(path, only=frozenset({"CVE-2099-2"})).scores] == ["CVE-2099-2"]


def test_a_bad_line_among_many_is_named(tmp_path):
    rows = [f"CVE-2099-{number},0.5,0.9" for number in range(200)]
    epss = read_epss(write(tmp_path, "epss.csv", epss_text(*rows, "CVE-2099-9999,much,0.9")))
    assert len(epss.scores) == 200
    assert epss.bad == (BadRecord(201, "CVE-2099-9999", "not a line of cve, epss, percentile"),)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(epss_text("CVE-2099-1,0.5,0.9", day=None), "does not tell the day", id="without-date"),
        pytest.param("cve,epss,percentile\nCVE-2099-1,0.5,0.9\n", "does not tell the day", id="without-comment"),
        pytest.param(epss_text().replace("epss,", "score,"), "does not have the columns", id="other-columns"),
        pytest.param(epss_text("CVE-2099-1,5,0.9"), "1 of 1 lines are not scores", id="not-a-probability"),
        pytest.param(epss_text("x"), "1 of 1 lines are not scores", id="not-a-line"),
        pytest.param(epss_text().encode("utf-16"), "not an EPSS file|does not tell", id="wrong-encoding"),
        pytest.param(b"", "does not tell the day", id="empty"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(tmp_path, content, sentence):
    with pytest.raises(SourceError, match=sentence):
        read_epss(write(tmp_path, "epss.csv", content))


def test_a_real_day_is_read(shared_data):
    path = shared_data / "epss" / "epss_scores-2026-08-16.csv.gz"
    epss = read_epss(path, only=frozenset({"CVE-1999-0001"}))
    assert (epss.scored_on, epss.scores) == (date(2026, 8, 16), (EpssScore("CVE-1999-0001", 0.03351),))
