"""Give the findings that are ticked in the list to one person, at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vigie.apps.accounts.models import User
from vigie.apps.findings import planning
from vigie.apps.findings.models import Finding
from vigie.apps.registry.enums import Right
from vigie.web.access import viewer
from vigie.web.components.page import by, way_back

MOST = 500  # a page of the list holds a hundred
ME, NOBODY = "me", "nobody"


@require_POST
def give(request: HttpRequest) -> HttpResponse:
    user, now = viewer(request), timezone.now()
    ticked = [int(text) for text in request.POST.getlist("finding")[:MOST] if text.isascii() and text.isdigit()]
    # What is ticked and may not be acted on is as if it were not there.
    findings = Finding.objects.standing().visible_to(user, now, Right.ACT).filter(pk__in=ticked)
    chosen = request.POST.get("to", "")
    to = user if chosen == ME else _person(chosen)
    if to is None and chosen != NOBODY:
        messages.error(request, gettext("Choose to whom they are given."))
    elif not ticked:
        messages.error(request, gettext("Tick the findings to give."))
    else:
        _say(request, planning.assign_all(findings=findings, to=to, by=by(request), now=now), len(set(ticked)))
    return redirect(way_back(request))


def _person(chosen: str) -> User | None:
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0
    return User.objects.filter(pk=number, is_active=True).first()


def _say(request: HttpRequest, given: int, ticked: int) -> None:
    told = ngettext("%(n)d finding is given.", "%(n)d findings are given.", given) % {"n": given}
    if given == ticked:
        messages.success(request, told)
        return
    left = gettext("The others are theirs already, are over, or cannot be acted on by them.")
    messages.warning(request, f"{told} {left}")
