"""The first page: what burns, where, and what the looks cover."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from vigie.apps.findings import queries as findings
from vigie.apps.observatory import queries as observatory
from vigie.apps.registry.queries import in_scope
from vigie.apps.scans import queries as scans
from vigie.web.components.dates import as_of

BURNING = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    asked = as_of(request, now)
    then = asked.moment if asked.is_past else None
    open_findings = findings.open_at(then)
    figures = findings.figures(open_findings, asked.moment)
    nation = observatory.overview(asked.day, asked.moment)
    context = {
        "as_of": asked,
        "now": asked.moment,
        "overview": nation,
        "distribution": observatory.distribution(in_scope(asked.day), asked.moment),
        "figures": figures,
        "trend": findings.trend(figures, asked.moment),
        "burning": findings.ranked(open_findings.filter(exploited=True))[:BURNING],
        "campaign": scans.last_campaign(asked.moment),
        "looked": scans.looked_lately(asked.moment).values("establishment").distinct().count(),
        "fresh_days": scans.FRESH.days,
        "today": timezone.localdate(now),
    }
    return render(request, "web/pages/home.html", context)
