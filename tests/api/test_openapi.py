"""The description of the API is the API: read by a checker, and by people in both languages."""

import json

import pytest
from django.test import Client
from pydantic import BaseModel

from vigie.api.api import api
from vigie.api.description import every
from vigie.config.catalogues import compile_stale


@pytest.fixture(autouse=True)
def catalogues():
    compile_stale()


def schema(client: Client):
    return client.get("/api/v1/openapi.json").json()


def test_it_is_openapi_3_1_and_names_every_operation_once(client):
    told = schema(client)
    assert told["openapi"] == "3.1.0"
    slugs = [one["operationId"] for methods in told["paths"].values() for one in methods.values()]
    assert sorted(slugs) == sorted({operation.view_func.__name__ for operation in every(api)})
    assert len(slugs) == len(set(slugs))


def test_two_kinds_of_answers_never_share_a_name():
    """The description keeps one component a name: the second would be told in the words of the first."""
    told: dict[str, set[str]] = {}
    waiting = list(BaseModel.__subclasses__())
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.startswith("vigie.api."):
            told.setdefault(one.__name__, set()).add(one.__module__)
    assert {name: places for name, places in told.items() if len(places) > 1} == {}


def test_every_operation_says_its_right_and_what_may_go_wrong(client):
    for methods in schema(client)["paths"].values():
        for method, one in methods.items():
            assert "x-rights" in one
            assert {"401", "403", "422", "429"} <= set(one["responses"])
            assert ("409" in one["responses"]) is (method != "get")


def test_the_description_is_sent_once(client):
    tag = client.get("/api/v1/openapi.json")["ETag"]
    assert client.get("/api/v1/openapi.json", headers={"if-none-match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("language", "word"), [("fr", "Lister les constats"), ("en", "List findings, worst first")], ids=["fr", "en"]
)
def test_the_page_tells_every_operation_in_the_language_of_the_reader(client, db, language, word):
    told = client.get("/api/v1/", headers={"accept-language": language}).content.decode()
    assert word in told
    for path in schema(client)["paths"]:
        assert path in told


def test_the_page_holds_nothing_of_elsewhere(client, db):
    told = client.get("/api/v1/").content.decode()
    assert "cdn" not in told.lower()
    assert "<style" not in told
    assert json.dumps(schema(client)).count("http://") == 0
