import json
from datetime import UTC, datetime

import pytest

from tests.factories import AssetFactory
from vigie.apps.assets.certificate_log import import_certificate_log
from vigie.apps.assets.models import Asset, Proposal
from vigie.sources.certificate_log import read_certificate_log
from vigie.sources.faults import SourceUnreadable

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
ENTRIES = [
    {"common_name": "www.valmorne.example", "name_value": "www.valmorne.example\nvpn.valmorne.example", "id": 1},
    {"common_name": "*.valmorne.example", "name_value": "*.valmorne.example\ninfo@valmorne.example", "id": 2},
    {"common_name": "cdn.autre.example", "name_value": "cdn.autre.example\nmail.valmorne.example", "id": 3},
]


@pytest.fixture
def owner():
    return AssetFactory(kind="domain", value="www.valmorne.example").establishment


def bring_in(owner, path):
    return import_certificate_log(path=path, establishment=owner, by="cli", now=NOW)


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_names_below_the_declared_domains_are_proposed_and_no_others(owner, tmp_path, kind):
    path = tmp_path / f"export.{kind}"
    if kind == "json":
        path.write_text(json.dumps(ENTRIES), "utf-8")
    else:
        lines = [f"{one['id']},{one['common_name']},{one['name_value']}".replace("\n", " ") for one in ENTRIES]
        path.write_text("\n".join(["id,common_name,name_value", *lines, ""]), "utf-8")
    report = bring_in(owner, path)
    found = Proposal.objects.order_by("value")
    assert [one.value for one in found] == ["mail.valmorne.example", "valmorne.example", "vpn.valmorne.example"]
    assert {(one.source, one.told) for one in found} == {("certificate_log", path.name)}
    assert (report.lines, report.added) == (3, 3)
    assert Asset.objects.count() == 1
    assert bring_in(owner, path).added == 0


def test_without_a_declared_domain_nobody_can_tell_whose_the_names_are(tmp_path):
    path = tmp_path / "export.json"
    path.write_text(json.dumps(ENTRIES), "utf-8")
    report = bring_in(AssetFactory().establishment, path)
    assert report.refused
    assert "no domain" in report.reason


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'[{"name_value": "a.exa', "not whole JSON"),
        (b"[" * 100_000, "not whole JSON"),
        (b"a,b\n1,2\n", "no column"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path, content, says):
    path = tmp_path / "export"
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable, match=says):
        list(read_certificate_log(path))


def test_entries_of_another_shape_are_left_out(tmp_path):
    path = tmp_path / "export.json"
    path.write_text(json.dumps([1, None, {"name_value": 5}, {"dns_names": ["a.example", 3]}]), "utf-8")
    assert [getattr(row, "names", ()) for row in read_certificate_log(path)] == [(), (), (), ("a.example",)]
