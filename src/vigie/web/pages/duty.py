"""Who is on duty at the cell, what they hand over, and whom a person has to call."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from vigie.apps.accounts.models import User
from vigie.apps.incidents import actions
from vigie.apps.incidents.authorities import to_call
from vigie.apps.incidents.models import DutyShift, Incident
from vigie.apps.incidents.triage import with_clocks
from vigie.web.access import viewer
from vigie.web.components.page import Crumb, by

from .incidents import people_of_the_cell, tell_how_it_went, words_of

MOST = 100


@require_http_methods(["GET", "HEAD", "POST"])
def duty(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        tell_how_it_went(request, lambda: _act(request))
        return redirect("web:duty")
    now, user = timezone.now(), viewer(request)
    current, waiting = DutyShift.objects.current(), DutyShift.objects.waiting()
    standing = with_clocks(Incident.objects.visible_to(user, now).standing()).order_by("-declared_at", "-pk")
    taken = DutyShift.objects.filter(taken_at__isnull=False).select_related("giver", "taker")
    context = {
        "crumbs": [Crumb(gettext("Incidents"), reverse("web:incidents")), Crumb(gettext("Duty"))],
        "current": current,
        "waiting": waiting,
        "standing": standing[:MOST],
        "people": [one for one in people_of_the_cell(now) if one.pk != user.pk],
        "shifts": taken.order_by("-taken_at")[:10],
        "now": now,
    }
    return render(request, "web/pages/duty.html", context)


def _act(request: HttpRequest) -> None:
    user, who, now = viewer(request), by(request), timezone.now()
    deed, waiting = request.POST.get("deed", ""), DutyShift.objects.waiting()
    if deed == "give":
        actions.give(giver=user, to=_named(request), words=words_of(request), by=who, now=now)
    elif deed == "alone":
        actions.take_alone(taker=user, words=words_of(request), by=who, now=now)
    elif deed in {"take", "keep"}:
        if waiting is None:
            raise actions.AlreadyDone(gettext("This hand-over was signed or taken back already."))
        if deed == "take":
            actions.take(shift=waiting, taker=user, by=who, now=now)
        else:
            actions.take_back(shift=waiting, giver=user, by=who, now=now)
    else:
        raise Http404


def _named(request: HttpRequest) -> User:
    told = request.POST.get("to", "")
    found = next((one for one in people_of_the_cell(timezone.now()) if str(one.pk) == told), None)
    if found is None:
        raise actions.Incomplete(gettext("Choose somebody of the cell."))
    return found


@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    rows = to_call(Incident.objects.visible_to(viewer(request), now), now)
    context = {
        "crumbs": [Crumb(gettext("Incidents"), reverse("web:incidents")), Crumb(gettext("Authorities to call"))],
        "rows": rows,
        "now": now,
    }
    return render(request, "web/pages/incident_calls.html", context)
