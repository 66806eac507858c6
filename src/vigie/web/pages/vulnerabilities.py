"""The known vulnerabilities, exploited first, and who is exposed to one of them."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.findings.queries import exposed_establishments, exposed_to
from vigie.apps.registry.enums import Right
from vigie.apps.registry.scopes import of_establishments
from vigie.apps.scans.models import Service
from vigie.apps.scans.queries import services_matching
from vigie.apps.vulns.models import Vulnerability
from vigie.web.access import viewer
from vigie.web.components.exposed import exposed_rows
from vigie.web.components.page import Crumb, asked
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv
from vigie.web.components.wording import vulnerability_title

COLUMNS = (
    Column("cve", _("Vulnerability"), ("cve",), lambda one: one.cve),
    Column(
        "exploited",
        _("Exploited since"),
        ("-known_exploited", "-exposed", "-kev_on", "-epss"),
        lambda one: one.kev_on or "",
    ),
    Column("cvss", "CVSS", ("cvss",), lambda one: one.cvss if one.cvss is not None else "", "v-num"),
    Column("epss", "EPSS", ("epss",), lambda one: one.epss if one.epss is not None else "", "v-num"),
    Column("exposed", _("Exposed establishments"), ("exposed",), lambda one: one.exposed, "v-num"),
)


@require_safe
def vulnerabilities(request: HttpRequest) -> HttpResponse:
    scope = viewer(request).scope(Right.FINDINGS, timezone.now())
    known = Vulnerability.objects.filter(rejected=False).annotate(
        exposed=exposed_establishments(of_establishments(scope, "finding__establishment")),
        known_exploited=Q(kev_on__isnull=False),
    )
    rows = _filtered(known, request)
    if wants_csv(request):
        return csv_response(sorted_by(rows, COLUMNS, request, "exploited"), COLUMNS, "vigie-vulnerabilities")
    context = {
        "table": table(rows, COLUMNS, request, "exploited"),
        "asked": request.GET,
        "counts": rows.order_by().aggregate(
            exploited_number=Count("pk", filter=Q(kev_on__isnull=False)),
            seen_number=Count("pk", filter=Q(exposed__gt=0)),
        ),
    }
    return render(request, "web/pages/vulnerabilities.html", context)


def _filtered(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    if words := asked(request, "q"):
        rows = rows.filter(Q(cve__icontains=words) | Q(title_fr__icontains=words) | Q(title_en__icontains=words))
    if request.GET.get("exploited"):
        rows = rows.filter(kev_on__isnull=False)
    if request.GET.get("exposed"):
        rows = rows.filter(exposed__gt=0)
    return rows


@require_safe
def vulnerability(request: HttpRequest, cve: str) -> HttpResponse:
    one = get_object_or_404(Vulnerability, cve=cve)
    user, now = viewer(request), timezone.now()
    rows = exposed_rows(
        services_matching(one, seen_by=Service.objects.visible_to(user, now)),
        exposed_to(one).filter(of_establishments(user.scope(Right.FINDINGS, now))),
    )
    applicabilities = one.applicabilities.order_by("source").prefetch_related("products")
    context = {
        "crumbs": [Crumb(gettext("Vulnerabilities"), reverse("web:vulnerabilities")), Crumb(one.cve)],
        "vulnerability": one,
        "title": vulnerability_title(one),
        "rows": rows,
        "affected": len({row.establishment.pk for row in rows if row.verdict == "affected"}),
        "to_check": len({row.establishment.pk for row in rows if row.verdict != "affected"}),
        "remote": len({row.establishment.pk for row in rows if row.remote_access and row.verdict == "affected"}),
        "applicabilities": applicabilities,
        "now": timezone.now(),
    }
    return render(request, "web/pages/vulnerability.html", context)
