"""TAXII 2.1: what was passed on and nothing else, to whom may read it, in pages that lose and repeat nothing."""

import base64
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.conftest import program, token_of
from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory, RoleFactory, UserFactory
from vigie.apps.incidents import actions
from vigie.apps.incidents.models import Incident
from vigie.data.incident_sharing import sharing

pytestmark = pytest.mark.django_db
TYPE = "application/taxii+json;version=2.1"
ROOT = "/taxii2/incidents/"
COLLECTION = f"{ROOT}collections/{sharing(timezone.localdate()).collection}/"
OBJECTS = f"{COLLECTION}objects/"


@pytest.fixture
def anssi() -> Client:
    return program(RoleFactory(kind="anssi_liaison").user, "read", accept=TYPE)


def passed(number: int = 1, **more: str) -> list[Incident]:
    """So many incidents, qualified and passed on, a minute apart."""
    now = timezone.now() - timedelta(hours=2)
    seen = timezone.localtime(now - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    found = []
    for turn in range(number):
        one = declared(EstablishmentFactory(essential_operator=True), now, discovered_at=seen, **more).declaration
        facts, at = actions.latest_facts(one), now + timedelta(minutes=turn)
        incident = actions.qualify(incident=one.incident, facts=facts, by="cell", now=at, words="Vu par la cellule.")
        actions.tell(route=incident.routes.get(authority="anssi"), by="cell", now=at, how="telephone")
        found.append(incident)
    return found


def told(answer) -> dict:
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == TYPE
    return json.loads(answer.content)


def test_from_discovery_to_the_objects(anssi):
    passed()
    discovered = told(anssi.get("/taxii2/"))
    assert discovered["default"].endswith(ROOT)
    assert told(anssi.get(ROOT))["versions"] == [TYPE]
    (one,) = told(anssi.get(f"{ROOT}collections/"))["collections"]
    assert (one["can_read"], one["can_write"]) == (True, False)
    assert told(anssi.get(COLLECTION)) == one
    envelope = told(anssi.get(OBJECTS))
    assert envelope["more"] is False
    kinds = [each["type"] for each in envelope["objects"]]
    assert kinds == ["marking-definition", "identity", "identity", "incident", "relationship"]
    stix2 = pytest.importorskip("stix2")
    for each in envelope["objects"]:
        stix2.parse(json.dumps(each), allow_custom=False)


def test_what_was_not_passed_on_is_not_there_nor_any_word_of_the_declarant(anssi):
    (shown,) = passed()
    today = timezone.localtime().strftime("%Y-%m-%dT00:00")
    declared(EstablishmentFactory(name="Clinique du Secret"), timezone.now(), discovered_at=today)
    text = anssi.get(OBJECTS).content.decode()
    assert shown.establishment.name in text
    assert "Vu par la cellule." in text
    assert "Clinique du Secret" not in text
    assert "Aline Exemple" not in text
    assert "aline@valmorne.example" not in text
    assert "essential" not in text


@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_lose_and_repeat_nothing(anssi, size):
    passed(4)
    whole = [one["id"] for one in told(anssi.get(OBJECTS))["objects"]]
    found, following = [], ""
    while True:
        page = told(anssi.get(OBJECTS, {"limit": size, **({"next": following} if following else {})}))
        found += [one["id"] for one in page["objects"]]
        if not page["more"]:
            break
        following = page["next"]
    assert found == whole
    assert len(found) == len(set(found))


def test_added_after_tells_what_is_new_and_what_changed(anssi):
    first, second = passed(2)
    last = anssi.get(OBJECTS)["X-TAXII-Date-Added-Last"]
    assert "objects" not in told(anssi.get(OBJECTS, {"added_after": last}))
    facts = actions.latest_facts(first.declarations.get())
    actions.assess(incident=first, facts=facts, by="cell", now=timezone.now())
    again = told(anssi.get(OBJECTS, {"added_after": last}))["objects"]
    assert f"#{first.pk}" not in json.dumps(again)
    assert [one["external_references"][0]["external_id"] for one in again if one["type"] == "incident"] == [
        str(first.pk)
    ]
    assert second.establishment.name not in json.dumps(again)


def test_matches_manifest_one_object_and_its_version(anssi):
    passed(2)
    found = told(anssi.get(OBJECTS, {"match[type]": "incident"}))["objects"]
    assert [one["type"] for one in found] == ["incident", "incident"]
    one = told(anssi.get(f"{OBJECTS}{found[0]['id']}/"))["objects"]
    assert one == [found[0]]
    assert told(anssi.get(f"{OBJECTS}{found[0]['id']}/versions/"))["versions"] == [found[0]["modified"]]
    lines = told(anssi.get(f"{COLLECTION}manifest/", {"match[id]": found[1]["id"]}))["objects"]
    assert [(line["id"], line["version"]) for line in lines] == [(found[1]["id"], found[1]["modified"])]
    assert anssi.get(f"{OBJECTS}incident--00000000-0000-4000-8000-000000000000/").status_code == 404
    assert "objects" not in told(anssi.get(OBJECTS, {"match[spec_version]": "2.0"}))
    assert "objects" not in told(anssi.get(OBJECTS, {"match[version]": "2001-01-01T00:00:00.000Z"}))


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"added_after": "yesterday"}, id="no-moment"),
        pytest.param({"added_after": "2026-13-45T99:00:00Z"}, id="no-such-day"),
        pytest.param({"limit": "0"}, id="zero"),
        pytest.param({"limit": "-1"}, id="negative"),
        pytest.param({"limit": "٣"}, id="other-digits"),
        pytest.param({"next": "x"}, id="next-of-nobody"),
        pytest.param({"added_afer": "2026-11-23T00:00:00Z"}, id="misspelt"),
    ],
)
def test_a_bad_question_is_told_in_the_words_of_taxii(anssi, asked):
    answer = anssi.get(OBJECTS, asked)
    assert answer.status_code == 400
    assert answer["Content-Type"] == TYPE
    assert set(json.loads(answer.content)) == {"title", "description", "http_status"}


def test_basic_carries_the_token_as_its_password():
    user = RoleFactory(kind="anssi_liaison").user

    def ask(password: str) -> int:
        told = base64.b64encode(f"anssi:{password}".encode()).decode()
        return Client(headers={"authorization": f"Basic {told}"}).get("/taxii2/").status_code

    assert ask(token_of(user, "read")) == 200
    assert ask("nonsense") == 401
    assert Client(headers={"authorization": "Basic !!"}).get("/taxii2/").status_code == 401
    anonymous = Client().get("/taxii2/")
    assert anonymous.status_code == 401
    assert "Basic" in anonymous["WWW-Authenticate"]


def test_other_media_types_methods_and_people_are_refused(anssi):
    assert anssi.get("/taxii2/", headers={"accept": "text/html"}).status_code == 406
    assert anssi.get("/taxii2/", headers={"accept": "application/taxii+json;version=2.0"}).status_code == 406
    assert anssi.get("/taxii2/", headers={"accept": "*/*"}).status_code == 200
    assert anssi.post(OBJECTS, b"{}", content_type=TYPE).status_code == 405
    assert anssi.get(f"{ROOT}collections/other/").status_code == 404
    (shown,) = passed()
    officer = RoleFactory(kind="establishment_officer", scope_kind="establishment", establishment=shown.establishment)
    for user in (officer.user, UserFactory(analyst=False), RoleFactory(kind="funder").user):
        answer = program(user, "read", accept=TYPE).get(OBJECTS)
        assert answer.status_code == 403
        assert shown.establishment.name not in answer.content.decode()


def test_an_empty_collection_is_an_empty_envelope(anssi):
    assert told(anssi.get(OBJECTS)) == {"more": False}
