"""What a person follows: products and vulnerabilities, and what is new of them since they last looked."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from vigie.apps.notices.models import Notice
from vigie.apps.notices.tokens import read_token
from vigie.apps.watch import actions, news, telling
from vigie.apps.watch.enums import WatchPace
from vigie.web.access import viewer
from vigie.web.components.page import by, way_back


@require_http_methods(["GET", "HEAD", "POST"])
def watching(request: HttpRequest) -> HttpResponse:
    user, now = viewer(request), timezone.now()
    if request.method == "POST":
        _act(request)
        return redirect(way_back(request) if request.POST.get("next") else "web:watching")
    rows = news.followed_by(user, now)
    context = {
        "rows": rows,
        "new": sum(row.is_new for row in rows),
        "now": now,
        "paces": WatchPace.choices,
        "pace": telling.pace_of(user) if rows else None,
    }
    return render(request, "web/pages/watching.html", context)


def _act(request: HttpRequest) -> None:
    user, now = viewer(request), timezone.now()
    if request.POST.get("deed") == "looked":
        actions.look_at(user=user, by=by(request), now=now)
        messages.success(request, gettext("What comes from now on is shown as new."))
        return
    if request.POST.get("deed") == "pace" and request.POST.get("pace") in WatchPace.values:
        actions.choose(user=user, pace=WatchPace(request.POST["pace"]), by=by(request), now=now)
        messages.success(request, gettext("Your choice is recorded."))
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


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a message: it says nothing of what is followed. GET changes nothing; its button ends the messages."""
    uid = read_token(token, "link")
    notice = Notice.objects.filter(uid=uid, opens=telling.OPENS).first() if uid else None
    row = telling.told_by(notice) if notice else None
    if row is None:
        return _private(render(request, "web/pages/watch_opened.html", {"telling": None}, status=410))
    if request.method == "POST":
        actions.stop(telling=row, by=f"link:{notice.told_to}" if notice else "link", now=timezone.now())
        return _private(redirect("web:opened-watch", token))
    return _private(render(request, "web/pages/watch_opened.html", {"telling": row}))


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response
