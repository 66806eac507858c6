"""Kinds of weakness that vanished everywhere at once: what a person judges before any of them ends."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from vigie.apps.findings.models import VanishedKind
from vigie.apps.findings.vanished import actions
from vigie.web.components.page import Crumb, by

SHOWN = 50


@require_safe
def vanished(request: HttpRequest) -> HttpResponse:
    rows = VanishedKind.objects.order_by("judged_at", "-noticed_at", "-pk")
    context = {
        "crumbs": [Crumb(gettext("Vanished weaknesses"))],
        "waiting": list(rows.filter(judged_at=None)),
        "judged": list(rows.exclude(judged_at=None).order_by("-judged_at", "-pk")[:SHOWN]),
    }
    return render(request, "web/pages/vanished.html", context)


@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(VanishedKind, pk=pk)
    is_fault = request.POST.get("verdict") != "real"
    try:
        back = actions.judge(row=row, is_fault=is_fault, by=by(request), now=timezone.now())
    except actions.AlreadyJudged:
        messages.error(request, gettext("Somebody judged it already, or it was seen again."))
    else:
        told = ngettext("%(n)d finding came back.", "%(n)d findings came back.", back) % {"n": back}
        messages.success(request, gettext("Your decision is recorded.") + (f" {told}" if back else ""))
    return redirect("web:vanished")
