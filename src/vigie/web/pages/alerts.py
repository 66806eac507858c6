"""The alerts of the nation: what is news, whom it concerns, what is drafted, and who lets it leave."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from vigie.apps.notices.actions import NoticeRefused
from vigie.apps.notices.releasing import needs_two
from vigie.apps.notices.wording import letter
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.vulns.queries import EXPOSED
from vigie.apps.watch import actions, queries
from vigie.apps.watch.enums import NationalAlertState
from vigie.apps.watch.models import NationalAlert
from vigie.data.notice_rules import notice_rule
from vigie.data.watch_rules import ByItself, alert_rule
from vigie.web.access import viewer
from vigie.web.components.page import Crumb, asked, by
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv
from vigie.web.components.wording import vulnerability_title

COLUMNS = (
    Column("opened", _("Opened"), ("opened_at",), lambda row: row.opened_at.isoformat(timespec="minutes")),
    Column("cve", _("Vulnerability"), ("vulnerability__cve",), lambda row: row.vulnerability.cve),
    Column("state", _("State"), ("state",), lambda row: row.get_state_display()),
    Column("affected", _("Affected"), css="v-num"),
    Column("check", _("To check"), css="v-num"),
    Column("messages", _("Messages")),
)
CONCERNED = (
    Column("establishment", _("Establishment"), ("establishment__name",), lambda row: row.establishment.name),
    Column("finess", "FINESS", (), lambda row: row.establishment.finess, in_page=False),
    Column(
        "region",
        _("Region"),
        ("establishment__department__parent__name",),
        lambda row: _region(row.establishment),
    ),
    Column("verdict", _("Verdict"), ("verdict",), lambda row: row.get_verdict_display()),
    Column(
        "remote",
        _("Remote access"),
        ("-remote_access",),
        lambda row: gettext("yes") if row.remote_access else gettext("no"),
    ),
    Column(
        "notified",
        _("Notified"),
        ("notified_at",),
        lambda row: row.notified_at.isoformat(timespec="minutes") if row.notified_at else gettext("not yet"),
    ),
)


def _region(one: Establishment) -> str:
    department = one.department
    return department.parent.name if department is not None and department.parent is not None else ""


@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    user, now = viewer(request), timezone.now()
    every = NationalAlert.objects.visible_to(user, now).select_related("vulnerability")
    rows = every
    if (state := asked(request, "state")) in NationalAlertState.values:
        rows = rows.filter(state=state)
    if wants_csv(request):
        return csv_response(sorted_by(rows, COLUMNS, request, "-opened"), COLUMNS, f"vigie-alerts-{now.date()}")
    waiting = queries.board(every.undecided().order_by("-opened_at"), user, now)
    context = {
        "table": table(rows, COLUMNS, request, "-opened", lambda found: queries.board(found, user, now)),
        "waiting": [row for row in waiting if row.concerned],
        "without": sum(not row.concerned for row in waiting),
        "states": NationalAlertState.choices,
        "asked": request.GET,
        "rule": alert_rule(timezone.localdate(now)),
    }
    return render(request, "web/pages/alerts.html", context)


@require_safe
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    user, now = viewer(request), timezone.now()
    one = get_object_or_404(NationalAlert.objects.select_related("vulnerability"), pk=pk)
    rows = queries.concerned(one, user, now)
    if (verdict := asked(request, "verdict")) in MatchVerdict.values:
        rows = rows.filter(verdict=verdict)
    if wants_csv(request):
        name = f"vigie-alert-{one.vulnerability.cve}"
        return csv_response(sorted_by(rows, CONCERNED, request, "verdict"), CONCERNED, name)
    (counted,) = queries.board([one], user, now)
    releases = user.has(Right.LAUNCH, now)
    context = {
        "crumbs": [Crumb(gettext("Alerts"), reverse("web:alerts")), Crumb(one.vulnerability.cve)],
        "alert": one,
        "title": vulnerability_title(one.vulnerability),
        "row": counted,
        "table": table(rows, CONCERNED, request, "verdict"),
        "asked": request.GET,
        "verdicts": EXPOSED,
        "rule": alert_rule(timezone.localdate(now)),
        "least": notice_rule(timezone.localdate(now)).leaves_alone_up_to,
        "by_itself": alert_rule(timezone.localdate(now)).by_itself is not ByItself.NOTHING,
        "events": one.events.order_by("pk") if releases else [],
        **(_release(one, counted) if releases else {}),
    }
    return render(request, "web/pages/alert.html", context)


def _release(one: NationalAlert, row: queries.BoardRow) -> dict[str, object]:
    """What whoever may release it sees: the words, and whether somebody else has to agree."""
    mailing = queries.mailing_of(one)
    if mailing is None or not row.messages.held:
        return {"may_dismiss": one.is_undecided, "mailing": mailing}
    now = timezone.now()
    return {
        "may_dismiss": one.is_undecided,
        "mailing": mailing,
        "letters": [letter(notice, link="https://…") for notice in queries.drafted(one)],
        "two_for_all": needs_two(mailing, now, with_checks=True),
        "two_for_affected": needs_two(mailing, now, with_checks=False),
    }


@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(NationalAlert, pk=pk)
    told: dict[str, Any] = {"alert": one, "by": by(request), "now": timezone.now()}
    try:
        match request.POST.get("deed"):
            case "release":
                _say_released(request, actions.release(with_checks=request.POST.get("to") == "all", **told))
            case "dismiss":
                actions.dismiss(reason=request.POST.get("reason", ""), **told)
                messages.success(request, gettext("It is dismissed: nothing of it is sent. Your reason is recorded."))
            case _:
                actions.examine(**told)
                messages.success(request, gettext("It is noted that you have it in hand."))
    except (actions.WatchRefused, NoticeRefused) as refused:
        messages.error(request, str(refused))
    return redirect("web:alert", pk)


def _say_released(request: HttpRequest, leaves: bool) -> None:
    if leaves:
        messages.success(request, gettext("It is released: the messages leave now."))
    else:
        messages.success(request, gettext("Your agreement is recorded. Another person has to release it."))
