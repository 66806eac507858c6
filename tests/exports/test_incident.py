"""An incident in other people's formats: what their own libraries read, the same bytes twice, nothing of persons."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.exports.incident import (
    Line,
    Passed,
    Section,
    Sheet,
    Victim,
    bundle,
    canonical,
    event,
    instant,
    objects,
    sheet_pdf,
)
from vigie.exports.incident.stix import TECHNIQUES, TLP

NOW = datetime(2026, 11, 23, 6, 0, 0, 123456, tzinfo=UTC)
AXES = {
    "kind": "ransomware", "cause": "attack", "vector": "remote_access", "equipment": "vpn_gateway", "care": "degraded",
    "danger": "unknown", "system": "partial", "reach": "structure",
}  # fmt: skip
TOLD = Passed(
    source="https://vigie.example",
    producer="Cellule Exemple",
    number=12,
    title="Rançongiciel, Centre hospitalier de Valmorne",
    summary="Le service d'imagerie est à l'arrêt.",
    state="qualified",
    axes=AXES,
    natures=("health",),
    taxonomy="incidents-taxonomy-1",
    origin="malicious",
    gravity="serious",
    rsit_class="malicious_code",
    care_hours=None,
    is_shared=False,
    provider="",
    victims=(Victim("000000018", "Centre hospitalier de Valmorne", "Haute-Valombre", "Valombre"),),
    moments={"discovered_at": NOW - timedelta(hours=3), "restored_at": None},
    passed_on_at=NOW,
    updated_at=NOW + timedelta(minutes=5),
    tlp="amber+strict",
)


def test_canonical_is_the_same_twice_and_its_digest_covers_the_rest():
    told = json.loads(canonical(TOLD))
    assert canonical(TOLD) == canonical(TOLD)
    digest = told.pop("sha256")
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert sha256(text.encode()).hexdigest() == digest
    assert told["axes"]["danger"] == "unknown"
    assert told["moments"]["restored_at"] is None


@pytest.mark.parametrize("tlp", sorted(TLP))
def test_the_library_of_oasis_reads_every_object(tlp):
    stix2 = pytest.importorskip("stix2")
    read = stix2.parse(json.dumps(bundle(replace(TOLD, tlp=tlp))), allow_custom=False)
    assert [one.type for one in read.objects] == [
        "marking-definition", "identity", "identity", "incident", "attack-pattern", "relationship", "relationship",
    ]  # fmt: skip
    assert read.objects[3].description == TOLD.summary
    for one in read.objects[1:]:
        assert one.object_marking_refs == [TLP[tlp]]


def test_identifiers_stay_and_modified_moves():
    before, after = objects(TOLD), objects(replace(TOLD, updated_at=NOW + timedelta(days=1)))
    assert [one["id"] for one in before] == [one["id"] for one in after]
    assert before[3]["created"] == after[3]["created"]
    assert before[3]["modified"] < after[3]["modified"]
    assert len({one["id"] for one in before}) == len(before)


@pytest.mark.parametrize("vector", [*TECHNIQUES, "on_site", "none", "unknown"])
def test_a_way_in_that_no_technique_names_says_nothing(vector):
    found = [one for one in objects(replace(TOLD, axes=AXES | {"vector": vector})) if one["type"] == "attack-pattern"]
    assert len(found) == (vector in TECHNIQUES)


def test_the_library_of_misp_reads_the_event():
    pymisp = pytest.importorskip("pymisp")
    read = pymisp.MISPEvent()
    read.load(event(TOLD))
    assert {tag.name for tag in read.tags} >= {"tlp:amber+strict", 'vigie:kind="ransomware"'}
    assert not any("danger" in tag.name for tag in read.tags)  # not known: not said
    assert [one.type for one in read.attributes] == ["target-org", "target-location", "text", "link"]
    assert read.uuid == str(TOLD.uid)
    assert not read.published


def test_an_instant_has_milliseconds_in_utc():
    assert instant(NOW) == "2026-11-23T06:00:00.123Z"


@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_the_words_every_format_is_whole(title, summary):
    told = replace(TOLD, title=title, summary=summary)
    assert json.loads(json.dumps(bundle(told))) == bundle(told)
    assert json.loads(json.dumps(event(told))) == event(told)
    assert json.loads(canonical(told))["title"] == title


def test_the_page_is_a_pdf_with_room_where_an_answer_is_missing():
    sheet = Sheet(
        "fr", "Préparé par Vigie", "Notification", TOLD.marking, "Dû le 26 novembre.",
        (Section("Demandé", (Line("Vu le", "23 novembre"), Line("Délégué", "", "Nom et téléphone"))),),
        ("Rien n'est envoyé.",), "Page {n} sur {of}",
    )  # fmt: skip
    made = sheet_pdf(sheet, now=NOW)
    assert made.startswith(b"%PDF-")
    assert made == sheet_pdf(sheet, now=NOW)
