import pytest

from tests.sources.vulnerability_files import cve, epss_text, kev_text, nvd_text, write
from vigie.sources.feed_kind import kind_of


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.json", nvd_text(cve()), "nvd"),
        ("a.json.gz", nvd_text(cve()), "nvd"),
        ("b.json", kev_text(), "kev"),
        ("c.csv.gz", epss_text(), "epss"),
        ("d.txt", "hello", None),
        ("e.gz", b"not gzip", None),
        ("f.gz", b"\x1f\x8bcut", None),
    ],
)
def test_a_file_is_known_by_what_it_holds(tmp_path, name, content, kind):
    assert kind_of(write(tmp_path, name, content)) == kind
