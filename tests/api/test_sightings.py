"""The report of another tool, sent by a program: read, then brought in; nothing of it for who may not act."""

from django.core.files.uploadedfile import SimpleUploadedFile

from vigie.apps.findings.sightings.models import Upload
from vigie.apps.findings.sightings.uploading import MOST_BYTES


def sent(client, world, content: bytes):
    body = {"report": SimpleUploadedFile("weekly.xml", content)}
    return client.post(f"/api/v1/establishments/{world.establishment.finess}/reports", body)


def test_a_report_is_kept_to_be_read_and_brings_nothing_yet(analyst, world):
    answer = sent(analyst, world, b"<nmaprun></nmaprun>")
    assert answer.status_code == 202
    assert answer.json()["state"] == "received"
    path = f"/api/v1/establishments/{world.establishment.finess}/reports/{answer.json()['id']}"
    assert analyst.get(path).json()["added"] is None
    assert analyst.post(f"{path}/accept").status_code == 409  # nobody has read it yet


def test_a_report_that_was_read_is_brought_in_or_put_aside(analyst, world):
    path = f"/api/v1/establishments/{world.establishment.finess}/reports/{world.upload.pk}"
    assert analyst.post(f"{path}/drop").json()["state"] == "dropped"
    assert analyst.post(f"{path}/accept").status_code == 409


def test_a_report_that_is_packed_or_too_large_is_refused_and_not_kept(analyst, world):
    before = Upload.objects.count()
    assert sent(analyst, world, b"PK\x03\x04" + b"\0" * 100).status_code == 409
    assert sent(analyst, world, b"x" * (MOST_BYTES + 1)).status_code == 409
    assert Upload.objects.count() == before


def test_bruno_sends_no_report_about_another_establishment(asking, world):
    assert sent(asking("establishment_officer", world.unseen), world, b"<nmaprun/>").status_code == 404


def test_what_tools_say_is_listed_to_who_may_see_evidence(analyst, asking, world):
    told = analyst.get("/api/v1/sightings").json()["items"]
    assert world.sighting.pk in [row["id"] for row in told]
    assert asking("establishment_officer", world.unseen).get("/api/v1/sightings").json()["items"] == []
