"""The weekly card of an establishment, to read and to take away."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.apps.observatory import cards
from vigie.apps.observatory.cards_week import Week
from vigie.apps.registry.models import Establishment
from vigie.exports.card import card_pdf, file_name, measures_csv, sheet
from vigie.exports.pdf import PdfUnavailable
from vigie.web.components.page import Crumb, asked, establishment_crumbs
from vigie.web.components.tables import wants_csv
from vigie.web.components.wording import language


@require_safe
def card(request: HttpRequest, finess: str) -> HttpResponse:
    now = timezone.now()
    one = _establishment(finess)
    week = _week(request, one, now)
    made = cards.card(one, week, now)
    if wants_csv(request):
        return _file(measures_csv(made).encode(), f"{file_name(made)}.csv", "text/csv; charset=utf-8")
    after = week.shifted(1)
    context = {
        "crumbs": establishment_crumbs(one, Crumb(_("Weekly card"))),
        "establishment": one,
        "sheet": sheet(made, language()),
        "week": week,
        "before": week.shifted(-1),
        "after": after if after.start <= now else None,
    }
    return render(request, "web/pages/card.html", context)


@require_safe
def pdf(request: HttpRequest, finess: str) -> HttpResponse:
    now = timezone.now()
    one = _establishment(finess)
    made = cards.card(one, _week(request, one, now), now)
    try:
        document = card_pdf(made, language(), now=made.moment)
    except PdfUnavailable as error:
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
    return _file(document, f"{file_name(made)}.pdf", "application/pdf")


def _establishment(finess: str) -> Establishment:
    return get_object_or_404(Establishment.objects.select_related("department__parent__parent"), finess=finess)


def _week(request: HttpRequest, one: Establishment, now: datetime) -> Week:
    """The week that was asked for; one that cannot be read, or has not begun, is the usual one."""
    try:
        week = Week.read(asked(request, "week"))
    except ValueError:
        return cards.usual_week(one, now)
    return week if week.start <= now else cards.usual_week(one, now)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
