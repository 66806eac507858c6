import io
import json
import tarfile
import zipfile

import pytest

from tests.sources.advisory_files import cert_fr, csaf, cve5, cvrf, endoflife, packed
from tests.sources.vulnerability_files import cve, epss_text, kev_text, nvd_text, write
from vigie.sources.feed_kind import kinds_of


@pytest.mark.parametrize(
    ("name", "content", "kinds"),
    [
        ("a.json", nvd_text(cve()), {"nvd"}),
        ("a.json.gz", nvd_text(cve()), {"nvd"}),
        ("b.json", kev_text(), {"kev"}),
        ("c.csv.gz", epss_text(), {"epss"}),
        ("g.json", json.dumps(cve5()), {"cve5"}),
        ("h.json", json.dumps(cert_fr()), {"cert_fr"}),
        ("i.json", json.dumps(csaf()), {"csaf"}),
        ("i.json.gz", json.dumps({"aside": "x" * 9000} | csaf()), {"csaf"}),
        ("j.json", json.dumps(cvrf()), {"cvrf"}),
        ("k.json", json.dumps(endoflife()), {"endoflife"}),
        ("d.txt", "hello", set()),
        ("e.gz", b"not gzip", set()),
        ("f.gz", b"\x1f\x8bcut", set()),
        ("l.xml", '<!DOCTYPE a [<!ENTITY b "&b;&b;">]><cvrfdoc>&b;</cvrfdoc>', {"cvrf"}),
    ],
)
def test_a_file_is_known_by_what_it_holds(tmp_path, name, content, kinds):
    assert kinds_of(write(tmp_path, name, content)) == kinds


@pytest.mark.parametrize("name", ["all.tar.gz", "all.tar", "all.zip"])
def test_an_archive_may_be_of_several_feeds(tmp_path, name):
    path = packed(tmp_path / name, {"a/csaf.json": csaf(), "b/fortinet.json": cvrf(), "notes.txt": "hello"})
    assert kinds_of(path) == {"csaf", "cvrf"}


def test_a_damaged_archive_is_still_of_the_feeds_that_it_begins_with(tmp_path):
    path = packed(tmp_path / "cut.tar.gz", {f"{number}.json": cve5(f"CVE-2099-{number:04d}") for number in range(400)})
    path.write_bytes(path.read_bytes()[:-300])
    assert kinds_of(path) == {"cve5"}


def test_files_of_other_kinds_in_an_archive_are_passed_over(tmp_path):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        link = tarfile.TarInfo("passwd.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert kinds_of(write(tmp_path, "links.tar", buffer.getvalue())) == set()
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    assert kinds_of(tmp_path / "empty.zip") == set()
