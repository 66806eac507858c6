"""What a person follows: products and vulnerabilities, and what is new of them since they last looked."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from vigie.apps.watch import actions, queries
from vigie.web.access import viewer
from vigie.web.components.page import by, way_back


@require_http_methods(["GET", "HEAD", "POST"])
def watching(request: HttpRequest) -> HttpResponse:
    user, now = viewer(request), timezone.now()
    if request.method == "POST":
        _act(request)
        return redirect(way_back(request) if request.POST.get("next") else "web:watching")
    rows = queries.followed_by(user)
    context = {"rows": rows, "new": sum(row.is_new for row in rows), "now": now}
    return render(request, "web/pages/watching.html", context)


def _act(request: HttpRequest) -> None:
    user, now = viewer(request), timezone.now()
    if request.POST.get("deed") == "looked":
        actions.look_at(user=user, by=by(request), now=now)
        messages.success(request, gettext("What comes from now on is shown as new."))
        return
    try:
        row = actions.watch(user=user, name=request.POST.get("name", ""), by=by(request), now=now)
    except actions.NotWatchable as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("You follow %(name)s.") % {"name": row.name})


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    if not actions.unwatch(user=viewer(request), pk=pk, by=by(request), now=timezone.now()):
        raise Http404
    messages.success(request, gettext("You do not follow it any more."))
    return redirect("web:watching")
