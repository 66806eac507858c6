"""The pages of the audits of groups: who sees them, judging by keyboard, the report to take away."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import GroupFactory, UserFactory
from tests.web.world import World
from vigie.apps.accounts.actions import grant_role
from vigie.apps.findings.models import Finding, GroupAudit

pytestmark = pytest.mark.django_db


def page(name: str, *args: object) -> str:
    return reverse(f"web:{name}", args=args)


def as_role(kind: str, over: object, now: object) -> Client:
    user = UserFactory(analyst=False)
    grant_role(user=user, kind=kind, over=over, valid_until=None, by="test", now=now)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def text(answer: object) -> str:
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())  # type: ignore[attr-defined]


def test_the_first_line_says_what_is_left_to_judge(world: World, signed_in: Client) -> None:
    left = world.group_audit.reviewed.filter(verdict="to_review").count()
    assert left > 0
    told = text(signed_in.get(page("group-audit", world.group_audit.pk)))
    assert f"{left} findings are still to be judged, out of" in told or "1 finding is still to be judged" in told


def test_enter_confirms_the_worst_and_brings_the_next_one(world: World, signed_in: Client) -> None:
    url = page("review-group-audit", world.group_audit.pk)
    first = world.group_audit.reviewed.filter(verdict="to_review").order_by("finding__rank", "finding__deadline")[0]
    assert "autofocus" in signed_in.get(url).content.decode()
    answer = signed_in.post(f"{url}?finding={first.finding_id}", {"verdict": "confirm"}, follow=True)
    first.refresh_from_db()
    assert first.verdict == "confirmed"
    assert f'action="?finding={first.finding_id}"' not in answer.content.decode()


def test_a_rejection_needs_its_reason_and_sets_the_finding_aside(world: World, signed_in: Client) -> None:
    item = world.group_audit.reviewed.filter(verdict="to_review").first()
    url = f"{page('review-group-audit', world.group_audit.pk)}?finding={item.finding_id}"
    assert signed_in.post(url, {"verdict": "reject", "reason": "  "}).status_code == 422
    signed_in.post(url, {"verdict": "reject", "reason": "A decoy of ours."})
    assert Finding.objects.get(pk=item.finding_id).state == "false_positive"


def test_it_is_told_to_nobody_before_every_finding_is_judged(world: World, signed_in: Client) -> None:
    url = page("step-group-audit", world.group_audit.pk, "restitute")
    answer = signed_in.post(url, {"question": "0", "on": "2026-11-20", "attendance": "Aline Exemple"})
    assert answer.status_code == 422
    assert "not judged yet" in text(answer)
    assert GroupAudit.objects.get(pk=world.group_audit.pk).state == "reviewing"


def test_a_step_that_cannot_be_done_now_says_so(world: World, signed_in: Client) -> None:
    url = page("step-group-audit", world.group_audit.pk, "agree")
    answers = {"question": "1", "signatory": "X", "on": "2026-11-20", "reference": "Y"}
    answer = signed_in.post(url, answers)
    assert answer.status_code == 422
    assert "under review" in text(answer)
    assert signed_in.get(page("step-group-audit", world.group_audit.pk, "nothing")).status_code == 404


def test_the_conclusion_starts_as_the_drafted_one(world: World, signed_in: Client) -> None:
    told = text(signed_in.get(page("step-group-audit", world.group_audit.pk, "conclude")))
    assert "were looked at; the others had no mandate and stay unknown" in told


def test_the_officer_of_the_group_reads_it_and_changes_nothing(world: World, now: object) -> None:
    officer = as_role("group_officer", world.group, now)
    audit = world.group_audit.pk
    assert world.group.name in text(officer.get(page("group-audits")))
    assert officer.get(page("group-audit", audit)).status_code == 200
    assert officer.get(page("group-audit", audit) + "?format=csv").status_code == 200
    assert officer.get(page("review-group-audit", audit)).status_code == 403
    assert officer.post(page("gather-group-audit", audit)).status_code == 403


def test_the_officer_of_another_group_does_not_know_that_it_exists(world: World, now: object) -> None:
    bruno = as_role("group_officer", GroupFactory(), now)
    told = text(bruno.get(page("group-audits")))
    assert world.group.name not in told
    for name in ("group-audit", "group-audit-pdf"):
        assert bruno.get(page(name, world.group_audit.pk)).status_code == 404


def test_an_audit_is_prepared_for_the_members_that_were_ticked(world: World, signed_in: Client) -> None:
    GroupAudit.objects.filter(pk=world.group_audit.pk).update(state="abandoned", ended_at=world.group_audit.prepared_at)
    url = f"{page('new-group-audit')}?code={world.group.code}"
    assert signed_in.get(page("new-group-audit"), {"group": world.group.pk}).status_code == 302
    refused = signed_in.post(url, {"establishments": []})
    assert refused.status_code == 422
    signed_in.post(url, {"establishments": [world.establishment.pk]})
    made = GroupAudit.objects.latest("pk")
    assert list(made.perimeter.values_list("establishment", flat=True)) == [world.establishment.pk]
    other = signed_in.post(url, {"establishments": [world.unseen.pk]})
    assert other.status_code == 422


def test_the_pdf_is_one(world: World, signed_in: Client) -> None:
    pytest.importorskip("typst")
    answer = signed_in.get(page("group-audit-pdf", world.group_audit.pk))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_the_nation_reads_how_many_groups_were_audited(world: World, signed_in: Client) -> None:
    told = text(signed_in.get("/"))
    assert "0 of 1 territorial hospital groups in" in told
    assert "1 more begun" in told
