"""What discovery found and may belong to an establishment: accept or decline, one by one or those that are ticked."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from vigie.apps.assets import proposals as deeds
from vigie.apps.assets.enums import ProposalState
from vigie.apps.assets.models import Proposal
from vigie.apps.assets.refusals import PerimeterRefused
from vigie.apps.registry.models import Establishment
from vigie.apps.scans.discovery import ask_to_discover
from vigie.web.components.page import Crumb, by, establishment_crumbs

SHOWN_DECIDED = 50


@require_http_methods(["GET", "HEAD", "POST"])
def proposals(request: HttpRequest, finess: str) -> HttpResponse:
    one = get_object_or_404(Establishment.objects.select_related("department__parent__parent"), finess=finess)
    if request.method == "POST":
        _act(request, one)
        return redirect(request.path)
    mine = Proposal.objects.filter(establishment=one)
    context = {
        "crumbs": establishment_crumbs(one, Crumb(gettext("Proposed assets"))),
        "establishment": one,
        "waiting": mine.filter(state=ProposalState.WAITING).order_by("kind", "value"),
        "decided": mine.exclude(state=ProposalState.WAITING).order_by("-decided_at", "pk")[:SHOWN_DECIDED],
    }
    return render(request, "web/pages/proposals.html", context)


def _act(request: HttpRequest, one: Establishment) -> None:
    now, deed = timezone.now(), request.POST.get("deed", "")
    if deed == "search":
        ask_to_discover(establishment=one, by=by(request), now=now)
        messages.success(
            request, gettext("The search has begun: it asks resolvers, and contacts none of your machines.")
        )
        return
    ticked = [int(text) for text in request.POST.getlist("proposal") if text.isdecimal() and len(text) < 19]
    rows = Proposal.objects.filter(establishment=one, pk__in=ticked, state=ProposalState.WAITING).order_by("pk")
    done = 0
    for row in rows.select_related("establishment"):
        try:
            if deed == "accept":
                deeds.accept(proposal=row, by=by(request), now=now)
            else:
                deeds.decline(proposal=row, by=by(request), now=now)
        except PerimeterRefused as refused:
            messages.error(request, str(refused))
        else:
            done += 1
    if deed == "accept" and done:
        told = ngettext(
            "%(n)d asset is declared: prove that it is yours.",
            "%(n)d assets are declared: prove that they are yours.",
            done,
        )
        messages.success(request, told % {"n": done})
    elif done:
        told = ngettext("%(n)d proposal is declined, for good.", "%(n)d proposals are declined, for good.", done)
        messages.success(request, told % {"n": done})
    elif not rows:
        messages.error(request, gettext("Tick at least one line first."))
