"""What a person can do on the page of a finding, question by question, and what Bruno cannot."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory
from tests.web.world import World
from vigie.apps.accounts.models import User
from vigie.apps.findings import decisions
from vigie.apps.findings.models import Finding, Measure, Retest
from vigie.apps.scans.models import Campaign, Look


def page(world: World, step: str = "") -> str:
    return f"/findings/{world.finding.pk}/{step}"


def now_is(world: World) -> Finding:
    return Finding.objects.get(pk=world.finding.pk)


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_one_button_takes_it_in_hand(world: World, signed_in: Client) -> None:
    assert "I have it in hand" in signed_in.get(page(world)).content.decode()
    answer = signed_in.post(page(world, "acknowledge"), follow=True)
    assert now_is(world).state == "acknowledged"
    assert "Noted: somebody has it in hand." in answer.content.decode()
    assert "I have it in hand" not in answer.content.decode()
    assert "by aline@vigie.example" in answer.content.decode()


def test_one_button_declares_the_fix_and_asks_for_the_look(world: World, signed_in: Client) -> None:
    answer = signed_in.post(page(world, "fixed"), follow=True)
    told = answer.content.decode()
    assert now_is(world).state == "fix_declared"
    assert "Waiting for its turn" in told
    assert 'hx-trigger="every 1s"' in told
    assert "htmx.min.js" in told
    assert "I fixed it" not in told
    assert Retest.objects.get().campaign.only_address == world.finding.address


def test_a_declaration_without_a_mandate_stands_and_says_why_no_look_is_made(world: World, signed_in: Client) -> None:
    world.establishment.mandates.all().delete()
    told = signed_in.post(page(world, "fixed"), follow=True).content.decode()
    assert now_is(world).state == "fix_declared"
    assert "No mandate is in force" in told


def test_the_answer_is_live_and_the_page_comes_again_with_it(world: World, signed_in: Client) -> None:
    signed_in.post(page(world, "retest"))
    running = signed_in.get(page(world, "retest/answer"), headers={"hx-request": "true"})
    assert "HX-Refresh" not in running
    campaign = Retest.objects.get().campaign
    shard = campaign.shards.get()
    now = timezone.now()
    look = Look.objects.create(
        shard=shard, address=world.finding.address, started_at=now, ended_at=now, reached=True, open_ports=[8443]
    )
    shard.looks.add(look)
    Campaign.objects.filter(pk=campaign.pk).update(state="finished", ended_at=now)
    world.finding.events.create(kind="still_there", at=now, by="scanner", look=look)
    ended = signed_in.get(page(world, "retest/answer"), headers={"hx-request": "true"})
    assert ended["HX-Refresh"] == "true"
    assert "Still there" in signed_in.get(page(world)).content.decode()


def test_looks_on_request_are_limited_in_words(world: World, signed_in: Client) -> None:
    for _ in range(6):
        signed_in.post(page(world, "retest"))
        Campaign.objects.filter(retest__isnull=False).update(state="stopped", ended_at=timezone.now())
    told = signed_in.post(page(world, "retest"), follow=True).content.decode()
    assert "The next look can be asked for in" in told
    assert Retest.objects.count() == 6


def test_a_plan_is_asked_question_by_question(world: World, signed_in: Client) -> None:
    first = signed_in.get(page(world, "plan")).content.decode()
    assert "Question 1 of 3" in first
    day = in_days(40)
    second = signed_in.post(page(world, "plan"), {"question": "0", "on": day, "window": "dimanche"}).content.decode()
    assert "Question 2 of 3" in second
    assert f'type="hidden" name="on" value="{day}"' in second
    assert "This field is required" not in second
    third = signed_in.post(
        page(world, "plan"), {"question": "1", "on": day, "window": "dimanche", "owner": "Éditeur <b>"}
    ).content.decode()
    assert "Question 3 of 3" in third
    assert "Éditeur &lt;b&gt;" in third
    whole = {"question": "2", "on": day, "window": "dimanche", "owner": "Éditeur <b>", "constraint": "medical_device"}
    told = signed_in.post(page(world, "plan"), whole | {"measures": "filtré\n\n surveillé "}, follow=True)
    text = told.content.decode()
    assert "Certified medical device" in text
    assert "after the deadline" in text
    assert "filtré" in text
    assert now_is(world).deadline == world.finding.deadline
    assert Measure.objects.count() == 3
    again = signed_in.get(page(world, "plan")).content.decode()
    assert f'value="{day}"' in again


def test_a_fault_goes_back_to_its_question_with_what_was_typed(world: World, signed_in: Client) -> None:
    answer = signed_in.post(page(world, "plan"), {"question": "2", "on": "tomorrow", "owner": "Aline", "window": "x"})
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "Question 1 of 3" in told
    assert 'value="tomorrow"' in told
    assert 'type="hidden" name="owner" value="Aline"' in told


def test_back_shows_the_question_before_with_its_answer(world: World, signed_in: Client) -> None:
    told = signed_in.post(
        page(world, "accept-risk"), {"question": "1", "reason": "éditeur muet", "measures": "", "back": "1"}
    ).content.decode()
    assert "Question 1 of 3" in told
    assert "éditeur muet" in told


@pytest.mark.parametrize("question", ["-1", "99", "١", "2; drop", ""])
def test_a_question_that_does_not_exist_does_no_harm(world: World, signed_in: Client, question: str) -> None:
    answer = signed_in.post(page(world, "accept-risk"), {"question": question})
    assert answer.status_code == 422
    assert now_is(world).state == "open"


def test_a_risk_is_accepted_with_its_reason_measures_and_end(world: World, signed_in: Client) -> None:
    whole = {"question": "2", "reason": "éditeur muet", "measures": "filtré", "until": in_days(90)}
    told = signed_in.post(page(world, "accept-risk"), whole, follow=True).content.decode()
    one = now_is(world)
    assert (one.state, one.decision) == ("risk_accepted", "éditeur muet")
    assert timezone.localdate(one.until) == timezone.localdate() + timedelta(days=91)
    assert "Risk accepted" in told
    assert world.finding.pk not in [row.pk for row in signed_in.get("/findings/").context["table"].rows]
    assert [row.pk for row in signed_in.get("/findings/?state=risk_accepted").context["table"].rows] == [one.pk]


@pytest.mark.parametrize(("step", "days"), [("accept-risk", 366), ("false-positive", 184), ("accept-risk", -1)])
def test_a_day_out_of_bounds_is_refused_at_its_question(world: World, signed_in: Client, step: str, days: int) -> None:
    whole = {"question": "9", "reason": "x", "measures": "y", "until": in_days(days)}
    answer = signed_in.post(page(world, step), whole)
    assert answer.status_code == 422
    assert 'type="date" name="until"' in answer.content.decode()
    assert now_is(world).state == "open"


def test_a_measure_is_verified_by_another(world: World, signed_in: Client) -> None:
    address = page(world, f"measures/{world.measure.pk}/verify")
    assert signed_in.post(address, {"question": "0", "proof": " "}).status_code == 422
    told = signed_in.post(address, {"question": "0", "proof": "règle 12"}, follow=True).content.decode()
    assert "règle 12" in told
    assert Measure.objects.get().verified_by.endswith("aline@vigie.example")


def test_who_recorded_a_measure_cannot_verify_it(world: World, signed_in: Client, aline: User) -> None:
    assert "Verify it" in signed_in.get(page(world)).content.decode()
    Measure.objects.update(recorded_by=f"user:{aline.pk} {aline.email}")
    assert "Verify it" not in signed_in.get(page(world)).content.decode()
    answer = signed_in.post(page(world, f"measures/{world.measure.pk}/verify"), {"question": "0", "proof": "vu"})
    assert answer.status_code == 422
    assert "somebody else must verify it" in answer.content.decode()


def test_a_measure_of_another_finding_does_not_exist_here(world: World, signed_in: Client) -> None:
    assert signed_in.get(f"/findings/{world.closed.pk}/measures/{world.measure.pk}/verify").status_code == 404


@pytest.mark.parametrize(
    ("step", "told", "state"),
    [
        ("false-positive", {"reason": "pot de miel", "until": in_days(30)}, "false_positive"),
        ("retire", {"reason": "vendu"}, "asset_retired"),
        ("note", {"words": "appelé l’éditeur"}, "open"),
    ],
)
def test_each_decision_says_what_happened(
    world: World, signed_in: Client, step: str, told: dict[str, str], state: str
) -> None:
    answer = signed_in.post(page(world, step), {"question": "9", **told}, follow=True)
    assert now_is(world).state == state
    assert next(iter(told.values())) in answer.content.decode()


def test_what_was_closed_can_be_opened_again_with_a_reason(world: World, signed_in: Client) -> None:
    address = f"/findings/{world.closed.pk}/reopen"
    assert signed_in.post(address, {"question": "0", "reason": ""}).status_code == 422
    signed_in.post(address, {"question": "0", "reason": "revu"})
    assert Finding.objects.get(pk=world.closed.pk).state == "open"


def test_it_is_given_to_somebody(world: World, signed_in: Client) -> None:
    other = UserFactory(name="Camille Exemple")
    told = signed_in.post(page(world, "assign"), {"question": "0", "to": str(other.pk)}, follow=True).content.decode()
    assert "Followed by Camille Exemple" in told
    assert signed_in.post(page(world, "assign"), {"question": "0", "to": "999999"}).status_code == 422


def test_what_cannot_be_done_any_more_is_said(world: World, signed_in: Client) -> None:
    decisions.acknowledge(finding=world.finding, by="cli", now=timezone.now())
    told = signed_in.post(page(world, "acknowledge"), follow=True).content.decode()
    assert "This cannot be done any more" in told


def test_a_step_that_does_not_exist_is_a_designed_page(world: World, signed_in: Client) -> None:
    assert signed_in.get(page(world, "delete")).status_code == 404


@pytest.mark.parametrize("step", ["acknowledge", "fixed", "retest", "plan", "accept-risk", "note"])
def test_bruno_decides_nothing(world: World, bruno: Client, step: str) -> None:
    bruno.post(page(world, step), {"question": "9", "words": "x"})
    assert now_is(world).state == "open"
    assert not world.finding.events.exclude(kind="detected").exists()
    assert not Retest.objects.exists()
