"""The page behind the message about a new start of an account: what was done, and the button that refuses it."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vigie.apps.accounts import actions as accounts
from vigie.apps.accounts.models import User
from vigie.apps.notices import actions as notices
from vigie.apps.notices.models import Notice
from vigie.apps.notices.receivers import OPENS
from vigie.apps.notices.tokens import read_token

REFUSED_WITHIN = timedelta(days=7)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_start(request: HttpRequest, token: str) -> HttpResponse:
    """GET changes nothing: the filters that open the links of mails must close no account."""
    now, uid = timezone.now(), read_token(token, "link")
    notice = Notice.objects.filter(uid=uid, opens=OPENS, planned_at__gt=now - REFUSED_WITHIN).first() if uid else None
    if notice is None:
        return _private(render(request, "web/pages/new_start.html", {"notice": None}, status=410))
    person, told = _people(notice)
    if request.method == "POST" and notice.acknowledged_at is None:
        notices.acknowledge(notice=notice, by=accounts.actor(told), now=now)
        accounts.refuse_new_start(user=person, by=accounts.actor(told), now=now)
        return _private(redirect("web:new-start", token))
    context = {"notice": notice, "person": person, "is_mine": person == told}
    return _private(render(request, "web/pages/new_start.html", context))


def _people(notice: Notice) -> tuple[User, User]:
    """Whose account it is, and who was told."""
    _kind, account, reader, _moment = notice.key.split(":", 3)
    found = User.objects.in_bulk([int(account), int(reader)])
    return found[int(account)], found[int(reader)]


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response
