"""Whom to telephone, at which number, what to say, and what the calls before gave."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.notices import queries
from vigie.apps.notices.models import Alert
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.web.access import viewer
from vigie.web.components.page import Crumb
from vigie.web.components.tables import Column, csv_response, wants_csv


@dataclass(frozen=True, slots=True)
class ToCall:
    alert: Alert
    summary: queries.Summary

    @property
    def numbers(self) -> str:
        contacts = self.alert.establishment.to_call  # type: ignore[attr-defined]
        return ", ".join(f"{one.name} {one.telephone}" for one in contacts)


COLUMNS = (
    Column("establishment", _("Establishment"), (), lambda one: one.alert.establishment.name),
    Column("finess", "FINESS", (), lambda one: one.alert.establishment.finess),
    Column("since", _("Since"), (), lambda one: one.alert.telephone_since),
    Column("numbers", _("Telephones"), (), lambda one: one.numbers),
    Column("left", _("Left to mend"), (), lambda one: one.summary.left),
    Column("deadline", _("First deadline"), (), lambda one: one.summary.deadline),
    Column("calls", _("Calls"), (), lambda one: len(one.alert.calls.all())),
)


@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), viewer(request)
    seen = Establishment.objects.visible_to(user, now, Right.EVIDENCE)
    rows = [ToCall(alert, queries.summary(alert)) for alert in queries.telephone_list(seen)]
    if wants_csv(request):
        return csv_response(rows, COLUMNS, f"vigie-calls-{now.date()}")
    context = {
        "crumbs": [Crumb(gettext("Notices"), reverse("web:notices")), Crumb(gettext("To call"))],
        "rows": rows,
        "may_call": user.has(Right.ACT, now),
        "me": user.name or user.email,
        "now": now,
    }
    return render(request, "web/pages/calls.html", context)
