from datetime import date

import pytest

from tests.sources.vulnerability_files import kev_text, write
from vigie.sources.faults import SourceError
from vigie.sources.kev import KevEntry, read_kev


def test_the_list_keeps_its_date_and_its_entries(tmp_path):
    path = write(tmp_path, "kev.json", kev_text(("CVE-2099-1", date(2099, 1, 3)), ("CVE-2099-2", date(2099, 1, 4))))
    kev = read_kev(path)
    assert kev.released_on == date(2099, 2, 1)
    assert kev.entries[0] == KevEntry("CVE-2099-1", date(2099, 1, 3), "Invented weakness CVE-2099-1", "Invented.", True)


def test_ransomware_that_is_not_known_is_not_a_no(tmp_path):
    path = write(tmp_path, "kev.json", kev_text(("CVE-2099-1", date(2099, 1, 3)), ("CVE-2099-2", date(2099, 1, 4))))
    assert [entry.ransomware for entry in read_kev(path).entries] == [True, None]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(kev_text(("CVE-2099-1", date(2099, 1, 3)))[:-40], "not a KEV list", id="truncated"),
        pytest.param(
            kev_text(("CVE-2099-1", date(2099, 1, 3)), count=9), "announces 9 entries and holds 1", id="short"
        ),
        pytest.param(kev_text(released="soon"), "not a KEV list", id="no-date"),
        pytest.param('{"vulnerabilities": []}', "not a KEV list", id="another-document"),
        pytest.param(kev_text().encode("utf-16"), "not a KEV list", id="wrong-encoding"),
    ],
)
def test_a_list_that_is_not_whole_is_refused(tmp_path, content, sentence):
    with pytest.raises(SourceError, match=sentence):
        read_kev(write(tmp_path, "kev.json", content))


def test_the_real_list_is_read(shared_data):
    kev = read_kev(shared_data / "kev" / "known_exploited_vulnerabilities.json")
    assert (len(kev.entries), kev.released_on) == (1404, date(2025, 8, 25))
    assert all(entry.title == entry.title.strip() for entry in kev.entries)
