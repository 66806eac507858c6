"""The first page: what burns, where, and what the looks cover."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from vigie.apps.accounts.models import User
from vigie.apps.findings import queries as findings
from vigie.apps.findings.groupaudits.queries import audited_in
from vigie.apps.findings.models import Finding, FindingQuerySet
from vigie.apps.findings.vanished.queries import waiting_count
from vigie.apps.observatory import queries as observatory
from vigie.apps.observatory.veil import Veil
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.apps.registry.queries import in_scope
from vigie.apps.scans import queries as scans
from vigie.web.access import May, viewer
from vigie.web.components.dates import as_of

BURNING = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    user = viewer(request)
    if not user.scope(Right.AGGREGATES, now).nation:
        return redirect(own_page(user, now))
    asked = as_of(request, now)
    then = asked.moment if asked.is_past else None
    open_findings = findings.open_at(then)
    may = May(user, now)
    figures = findings.figures(open_findings, asked.moment) if user.scope(Right.COUNTS, now).nation else None
    nation = observatory.overview(asked.day, asked.moment)
    campaign = scans.last_campaign(asked.moment, vanished=waiting_count())
    veil, shares = Veil.of(user, now), observatory.distribution(in_scope(asked.day), asked.moment)
    shown = veil.figures(figures, shares.total)
    context = {
        "veil": veil,
        "total": shares.total,
        "as_of": asked,
        "now": asked.moment,
        "overview": nation,
        "distribution": veil.distribution(shares),
        "figures": shown,
        "trend": findings.trend(shown, asked.moment) if shown else None,
        "burning": _burning(open_findings, user, now) if may["findings"] else None,
        "audited": audited_in(asked.day.year, asked.day, asked.moment),
        "vanished": campaign.vanished if campaign and user.has(Right.CAMPAIGNS, now) else 0,  # type: ignore[attr-defined]
        "campaign": campaign if user.has(Right.CAMPAIGNS, now) else None,
        "looked": campaign.looked if campaign else 0,  # type: ignore[attr-defined]
        "fresh_days": scans.FRESH.days,
        "today": timezone.localdate(now),
    }
    return render(request, "web/pages/home.html", context)


def _burning(rows: FindingQuerySet, user: User, now: datetime) -> QuerySet[Finding]:
    return findings.ranked(rows.filter(exploited=True).visible_to(user, now))[:BURNING]


def own_page(user: User, now: datetime) -> str:
    """Where somebody who does not follow the nation begins: with whom they follow."""
    scope = user.scope(Right.AGGREGATES, now)
    widest: Territory | Group | None = (
        Territory.objects.filter(pk__in=scope.territories).order_by("-kind", "pk").first()
    )
    if widest is not None:
        return reverse("web:territory", args=[widest.kind, widest.code])
    widest = Group.objects.filter(pk__in=scope.groups).order_by("pk").first()
    if widest is not None:
        return reverse("web:group", args=[widest.kind, widest.code])
    followed = Establishment.objects.visible_to(user, now).order_by("pk")[:2]
    if len(followed) == 1:
        return reverse("web:establishment", args=[followed[0].finess])
    if followed:
        return reverse("web:establishments")
    if user.has(Right.FINDINGS, now):
        return reverse("web:findings")
    return reverse("web:people" if user.has(Right.PEOPLE, now) else "web:account")
