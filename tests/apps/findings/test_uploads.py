"""A report sent through a page: read before it comes in, refused whole when it cannot be trusted, closing nothing."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import AssetFactory, EstablishmentFactory, FindingFactory
from tests.sources.scanners.samples import SAMPLES
from vigie.apps.audit.models import Event
from vigie.apps.findings.models import Finding
from vigie.apps.findings.sightings import uploading
from vigie.apps.findings.sightings.models import Sighting, Upload
from vigie.apps.findings.sightings.uploading import UploadRefused
from vigie.apps.jobs.models import Job
from vigie.apps.registry.models import ImportRun

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)


@pytest.fixture
def owner():
    establishment = EstablishmentFactory()
    AssetFactory(establishment=establishment, kind="range", value="127.61.7.0/24")
    AssetFactory(establishment=establishment, kind="domain", value="valmorne.example")
    return establishment


def sent(owner, content: bytes, name: str = "weekly.nessus") -> Upload:
    upload = uploading.receive(establishment=owner, file_name=name, content=content, by="user:1 aline", now=NOW)
    uploading.read(upload_id=upload.pk, now=NOW)
    return Upload.objects.get(pk=upload.pk)


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def test_nothing_comes_in_before_a_person_has_seen_what_it_says(owner):
    upload = sent(owner, sample("nessus.nessus"))
    assert upload.state == "read"
    assert (upload.told["tool"], upload.told["rows"], sum(upload.told["told"].values())) == ("nessus", 4, 3)
    assert (upload.told["foreign"], upload.told["foreign_places"]) == (1, ["203.0.113.66"])
    assert not Sighting.objects.exists()
    assert not ImportRun.objects.exists()
    uploading.accept(upload=upload, by="user:1 aline", now=NOW)
    uploading.bring_in(upload_id=upload.pk, now=NOW)
    upload.refresh_from_db()
    assert (upload.state, upload.run.added, upload.content) == ("done", 3, None)
    assert Sighting.objects.count() == 3
    kinds = ["report-sent", "report-accepted", "import-done"]
    assert list(Event.objects.filter(kind__in=kinds).order_by("pk").values_list("kind", flat=True)) == kinds


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir()))
def test_every_format_is_read_as_the_command_reads_it(owner, name):
    assert sent(owner, sample(name), name).state in {"read", "refused"}
    assert not Upload.objects.filter(state="refused").exclude(reason__contains="perimeter").exists()


def test_what_was_told_before_is_counted_apart(owner):
    first = sent(owner, sample("nessus.nessus"))
    uploading.accept(upload=first, by="user:1 aline", now=NOW)
    uploading.bring_in(upload_id=first.pk, now=NOW)
    assert sent(owner, sample("nessus.nessus")).told["known"] == 3


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><NessusClientData_v2>&b;</x>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(BOMB, "entities", id="entities"),
        pytest.param(b"<NessusClientData_v2><Report>", "not whole XML", id="cut"),
        pytest.param(b"<invoice/>", "no report that Vigie can read", id="another-xml"),
        pytest.param(b"\x00\x01\x02" * 100, "no report", id="bytes"),
        pytest.param(b"<NessusClientData_v2>" + b"<a>" * 200, "levels inside each other", id="deep"),
    ],
)
def test_a_hostile_or_cut_report_is_refused_whole_with_its_reason(owner, content, why):
    upload = sent(owner, content)
    assert upload.state == "refused"
    assert why in upload.reason
    assert upload.content is None
    assert not Sighting.objects.exists()


def test_the_report_of_another_client_is_refused_before_anybody_is_asked():
    upload = sent(EstablishmentFactory(), sample("nessus.nessus"))
    assert upload.state == "refused"
    assert "another perimeter" in upload.reason


@pytest.mark.parametrize("content", [b"", b"[]", b"{finished: 1}"])
def test_an_empty_report_ends_nothing(owner, content):
    finding = FindingFactory(establishment=owner, address="127.61.7.3")
    upload = sent(owner, content, "masscan.json")
    assert upload.state == "read"
    uploading.accept(upload=upload, by="user:1 aline", now=NOW)
    uploading.bring_in(upload_id=upload.pk, now=NOW)
    assert Upload.objects.get().state == "done"
    assert Finding.objects.get(pk=finding.pk).is_standing


def test_what_is_too_large_or_packed_is_refused_at_the_door(owner, monkeypatch):
    with pytest.raises(UploadRefused, match="compressed"):
        sent(owner, gzip.compress(sample("nmap.xml")))
    monkeypatch.setattr(uploading, "MOST_BYTES", 100)
    with pytest.raises(UploadRefused, match="vigie import scanner"):
        sent(owner, b"x" * 101)
    assert not Upload.objects.exists()


def test_a_report_is_judged_once(owner):
    upload = sent(owner, sample("nmap.xml"), "nmap.xml")
    uploading.drop(upload=upload, by="user:1 aline", now=NOW)
    with pytest.raises(UploadRefused, match="any more"):
        uploading.accept(upload=upload, by="user:2 bruno", now=NOW)
    uploading.bring_in(upload_id=upload.pk, now=NOW)
    assert not Sighting.objects.exists()
    assert not Job.objects.filter(path__endswith="bring_in_upload").exists()


def test_what_nobody_judged_goes_after_a_day(owner):
    upload = sent(owner, sample("nmap.xml"), "nmap.xml")
    assert uploading.forget(now=NOW + timedelta(hours=23)) == 0
    assert uploading.forget(now=NOW + timedelta(hours=25)) == 1
    assert Upload.objects.get(pk=upload.pk).content is None


def test_a_name_of_a_file_leads_nowhere(owner):
    assert sent(owner, sample("nmap.xml"), "../../etc/passwd").file_name == "passwd"
    assert sent(owner, sample("nmap.xml"), "rapport\x00\n.xml").state == "read"
