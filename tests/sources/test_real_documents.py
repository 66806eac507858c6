"""Real documents of every publisher, where they are at hand: nearly all are read, and what is not is named."""

import pytest

from vigie.apps.vulns import reading
from vigie.sources.endoflife import SupportCycle
from vigie.sources.json_stream import BadRecord


@pytest.mark.parametrize(
    ("slug", "path", "records", "most_bad"),
    [
        pytest.param("csaf", "csaf/csaf_cvrf.tar.gz", 597, 0, id="csaf"),
        pytest.param("cvrf", "csaf/csaf_cvrf.tar.gz", 122, 0, id="cvrf"),
        # Ranges that the notice itself writes backwards. Told; the other ranges count.
        pytest.param("cert_fr", "cert_fr/cert_fr_avis.tar.gz", 27_949, 96, id="cert_fr"),
        pytest.param("cve5", "cve5/cve5_vulnrichment_sample.tar.gz", 11_880, 69, id="cve5"),
    ],
)
def test_real_documents_are_read(shared_data, slug, path, records, most_bad):
    items = list(reading.records(slug, shared_data / path))
    bad = [item for item in items if isinstance(item, BadRecord)]
    assert len(items) - len(bad) == records
    assert len(bad) <= most_bad
    assert all(one.subject and one.reason for one in bad)


def test_real_ends_of_support_are_read(shared_data):
    files = sorted((shared_data / "endoflife").glob("*.json"))
    items = [item for file in files for item in reading.records("endoflife", file)]
    assert len(files) == 120
    assert sum(isinstance(item, SupportCycle) for item in items) > 2_200
    assert not any(isinstance(item, BadRecord) for item in items)
