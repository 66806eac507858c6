"""What a program is told when it does not get what it asked for."""

import pytest
from django.test import Client

from vigie.api.problems import KINDS
from vigie.apps.findings import decisions
from vigie.apps.findings.models import FindingEvent

MEDIA = "application/problem+json"


def told(answer, status):
    assert answer.status_code == status
    assert answer["Content-Type"] == MEDIA
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"].rpartition("#problem-")[2] in KINDS
    assert problem["title"]
    assert problem["detail"]
    return problem


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/nowhere", 404),
        ("/api/v1/findings/999999", 404),
        ("/api/v1/findings/99999999999999999999999", 404),
        ("/api/v1/findings/-1", 404),
        ("/api/v1/establishments/000000000", 404),
        ("/api/v1/groups/ght/%00", 404),
        ("/api/v1/findings?limit=0", 422),
        ("/api/v1/findings?limit=1001", 422),
        ("/api/v1/findings?severty=high", 422),
        ("/api/v1/findings?severity=awful", 422),
        ("/api/v1/findings?q=a%00b", 422),
        ("/api/v1/findings?cursor=abc", 422),
        ("/api/v1/findings?as_of=yesterday", 422),
        ("/api/v1/findings?as_of=2026-11-01&state=closed", 422),
        ("/api/v1/exposed", 422),
        ("/api/v1/exposed?cve=CVE-1999-0000", 422),
        ("/api/v1/exposed?range=nonsense", 422),
    ],
)
def test_what_cannot_be_answered_is_a_problem_in_words(analyst, path, status):
    told(analyst.get(path), status)


def test_a_misspelt_question_is_named(analyst):
    errors = told(analyst.get("/api/v1/findings?severty=high"), 422)["errors"]
    assert errors == [{"where": "query.severty", "what": "There is no such question."}]


def test_every_fault_of_a_body_is_told_at_once(analyst, world):
    path = f"/api/v1/findings/{world.finding.pk}/accept-risk"
    answer = analyst.post(path, {"until": "soon", "why": "x"}, content_type="application/json")
    assert {error["where"] for error in told(answer, 422)["errors"]} == {"body.until", "body.why", "body.reason"}


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "\xff", '"\\ud800"', "1" * 5000], ids=range(7))
def test_a_body_that_is_no_object_is_refused(analyst, world, body):
    answer = analyst.generic("POST", f"/api/v1/findings/{world.finding.pk}/note", body, "application/json")
    assert answer.status_code in {400, 422}
    assert answer["Content-Type"] == MEDIA


def test_half_a_character_is_refused_not_stored(analyst, world):
    body = '{"words": "\\ud800"}'
    answer = analyst.generic("POST", f"/api/v1/findings/{world.finding.pk}/note", body, "application/json")
    told(answer, 422)


def test_by_another_method_says_by_which(analyst):
    answer = analyst.delete("/api/v1/findings")
    told(answer, 405)
    assert answer["Allow"] == "GET"


def test_it_speaks_the_language_of_the_reader(analyst, world):
    path = "/api/v1/findings?limit=0"
    french = Client(headers={"authorization": analyst.defaults["HTTP_AUTHORIZATION"], "accept-language": "fr"})
    assert told(french.get(path), 422)["title"] == "Ce qui est demandé n’est pas valable"
    assert told(analyst.get(path), 422)["title"] == "What was asked is not valid"


def test_without_a_language_a_token_speaks_that_of_its_owner(asking, world):
    client = asking("establishment_officer", world.establishment)
    del client.defaults["HTTP_ACCEPT_LANGUAGE"]
    client.user.language = "fr"
    client.user.save()
    assert told(client.get("/api/v1/findings?limit=0"), 422)["title"] == "Ce qui est demandé n’est pas valable"


def test_what_an_action_refuses_is_told_and_nothing_is_kept(analyst, world):
    path = f"/api/v1/findings/{world.closed.pk}/acknowledge"
    before = FindingEvent.objects.count()
    problem = told(analyst.post(path), 409)
    assert "finding is now" in problem["detail"]
    assert FindingEvent.objects.count() == before


def test_what_breaks_on_our_side_says_nothing_of_it(analyst, world, monkeypatch, caplog):
    def breaks(**_):
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(decisions, "acknowledge", breaks)
    answer = analyst.post(f"/api/v1/findings/{world.finding.pk}/acknowledge")
    assert "secret" not in str(told(answer, 500))
    assert "secret of the house" in caplog.text


def test_a_right_that_ends_meanwhile_takes_back_what_was_done(asking, world, monkeypatch):
    client = asking("establishment_officer", world.establishment)
    act = decisions.acknowledge

    def ends_meanwhile(**told):
        act(**told)
        client.user.roles.all().delete()

    monkeypatch.setattr(decisions, "acknowledge", ends_meanwhile)
    told(client.post(f"/api/v1/findings/{world.finding.pk}/acknowledge"), 403)
    world.finding.refresh_from_db()
    assert world.finding.state == "open"
