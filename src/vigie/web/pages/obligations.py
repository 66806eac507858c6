"""What the structures of an incident owe, to whom, by when; what was sent, and whether it was enough."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from vigie.apps.incidents import actions
from vigie.apps.incidents.models import Declaration, Incident, Obligation, Submission
from vigie.apps.incidents.triage import owed_of
from vigie.apps.registry.enums import Right
from vigie.web.access import viewer
from vigie.web.components.duties import Duty, duty_of
from vigie.web.components.page import Crumb, by

from .incidents import tell_how_it_went, words_of
from .triage import place

MOST = 100  # declarations of one page; an outage of a provider has hundreds


@require_safe
def obligations(request: HttpRequest, pk: int) -> HttpResponse:
    now, user = timezone.now(), viewer(request)
    one = get_object_or_404(Incident.objects.declared().select_related("establishment"), pk=pk)
    owed = owed_of(one)
    readable = Declaration.objects.visible_to(user, now).filter(incident=one).select_related("establishment")
    rows = [(row, _duties(owed.get(row.pk, []), now)) for row in readable.order_by("received_at")[:MOST]]
    told = [duty for _row, duties in rows for duty in duties if duty.row.certainty == "yes"]
    context = {
        "crumbs": [
            Crumb(gettext("Incidents"), reverse("web:incidents")),
            Crumb(gettext("Incident %(number)d") % {"number": pk}, reverse("web:incident", args=[pk])),
            Crumb(gettext("What they owe")),
        ],
        "incident": one,
        "place": place(one),
        "rows": rows,
        "waiting": sum(duty.row.submitted_at is None for duty in told),
        "late": sum(duty.late for duty in told),
        "total": len(told),
        "handles": user.has(Right.HANDLE_INCIDENTS, now),
        "now": now,
    }
    return render(request, "web/pages/incident_obligations.html", context)


def _duties(rows: Iterable[Obligation], now: datetime) -> list[Duty]:
    return [duty_of(row, now) for row in rows]


@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether what was sent is enough; it moves no clock."""
    number = request.POST.get("submission", "")
    rows = Submission.objects.filter(obligation__declaration__incident=pk)
    submission = get_object_or_404(rows, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
    is_enough = request.POST.get("enough") == "yes"
    tell_how_it_went(
        request,
        lambda: actions.review(
            submission=submission, is_enough=is_enough, words=words_of(request), by=by(request), now=timezone.now()
        ),
    )
    return redirect("web:incident-obligations", pk)
