"""What waits for an analyst in the perimeters: signed documents to read, contested assets to decide on."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from vigie.apps.assets import deciding, proofs, signing
from vigie.apps.assets.contests import claimants
from vigie.apps.assets.models import Contest, Proof
from vigie.apps.assets.queries import waiting_for_an_analyst
from vigie.apps.assets.refusals import PerimeterRefused
from vigie.web.components.ownership import DecisionForm, JudgementForm
from vigie.web.components.page import Crumb, by
from vigie.web.components.tables import Column, csv_response, wants_csv

SHOWN = 100
#   whether a director of theirs has an account, else a confirmed address -> what is told
DIRECTOR = {
    (True, True): _("has an account"),
    (True, False): _("has an account"),
    (False, True): _("has no account, and can be invited by mail"),
    (False, False): _("has no account and no confirmed address: to be invited"),
}


def director_of(one: Any) -> str:
    """Of a row of signing.unsigned."""
    return str(DIRECTOR[one.has_director, one.has_contact])


UNSIGNED = (
    Column("name", _("Establishment"), (), lambda one: one.name),
    Column("finess", "FINESS", (), lambda one: one.finess),
    Column("declared", _("Declared"), (), lambda one: timezone.localdate(one.declared_at)),
    Column("asked", _("Director written to"), (), lambda one: one.asked_at and timezone.localdate(one.asked_at)),
    Column("director", _("Director"), (), director_of),
)


@require_safe
def review(request: HttpRequest) -> HttpResponse:
    documents = Proof.objects.to_review().select_related("establishment").order_by("asked_at", "pk")
    contests = Contest.objects.open().select_related("establishment").order_by("opened_at", "pk")
    now = timezone.now()
    unsigned = signing.unsigned(now)
    if wants_csv(request):
        return csv_response(unsigned, UNSIGNED, f"vigie-unsigned-{now.date()}")
    decided = Contest.objects.exclude(decided_at=None).select_related("establishment").order_by("-decided_at", "pk")
    context = {
        "crumbs": [Crumb(gettext("Perimeters to review"))],
        "waiting": waiting_for_an_analyst(),
        "documents": documents[:SHOWN],
        "contests": contests[:SHOWN],
        "decided": decided[:20],
        "unsigned": [(one, director_of(one)) for one in unsigned[:SHOWN]],
        "unsigned_count": unsigned.count(),
    }
    return render(request, "web/pages/perimeter_review.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def judge_document(request: HttpRequest, pk: int) -> HttpResponse:
    proof = get_object_or_404(Proof.objects.select_related("establishment"), pk=pk, method="document")
    form = JudgementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proofs.judge_document(
                proof=proof,
                accepted=form.cleaned_data["accepted"] == "yes",
                reason=form.cleaned_data["reason"],
                by=by(request),
                now=timezone.now(),
            )
        except PerimeterRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("Your decision is recorded."))
            return redirect("web:perimeter-review")
    context = {"crumbs": _crumbs(gettext("Signed document")), "proof": proof, "form": form}
    return render(request, "web/pages/judge_document.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def decide_contest(request: HttpRequest, pk: int) -> HttpResponse:
    contest = get_object_or_404(Contest.objects.select_related("establishment"), pk=pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            deciding.decide(contest=contest, by=by(request), now=timezone.now(), **form.cleaned_data)
        except PerimeterRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("Your decision is recorded."))
            return redirect("web:perimeter-review")
    context = {
        "crumbs": _crumbs(contest.value),
        "contest": contest,
        "claimants": claimants(contest, timezone.now()),
        "form": form,
    }
    return render(request, "web/pages/decide_contest.html", context, status=422 if form.errors else 200)


def _crumbs(last: str) -> list[Crumb]:
    return [Crumb(gettext("Perimeters to review"), "/perimeters/review"), Crumb(last)]
