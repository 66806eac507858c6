"""The known vulnerabilities, exploited first, and who is exposed to one of them."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.accounts.models import User
from vigie.apps.findings.queries import exposed_establishments, exposed_to
from vigie.apps.observatory import exposed as observatory
from vigie.apps.observatory.exposed_limited import seen_by
from vigie.apps.observatory.exposed_timeline import timeline
from vigie.apps.observatory.image import read
from vigie.apps.observatory.upgrades import Upgrade, upgrades_of
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.registry.scopes import of_establishments
from vigie.apps.scans.models import Presence, Service
from vigie.apps.scans.queries import services_matching
from vigie.apps.vulns.models import Vulnerability
from vigie.apps.vulns.queries import deciding, statements
from vigie.apps.watch.models import NationalAlert
from vigie.data.texts import product_name
from vigie.web.access import viewer
from vigie.web.components.exposed import exposed_rows
from vigie.web.components.page import Crumb, asked
from vigie.web.components.sources import disagree, told_by
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv
from vigie.web.components.wording import vulnerability_title
from vigie.web.pages.exposed import COLUMNS as EXPOSED

LISTED = 200  # services that the page lists; the CSV tells every establishment

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
    one = get_object_or_404(Vulnerability.objects.select_related("national_alert"), cve=cve)
    user, now = viewer(request), timezone.now()
    found = _exposure(one, request)
    if wants_csv(request):
        return csv_response(found.establishments, EXPOSED, f"vigie-exposed-{one.cve}")
    services = list(services_matching(one, LISTED, seen_by=Service.objects.visible_to(user, now)))
    rows = exposed_rows(services, exposed_to(one).filter(of_establishments(user.scope(Right.FINDINGS, now))))
    sources = told_by(statements(one), deciding(one))
    upgraded, upgrades = _upgrades(one, [row.finding.subject for row in rows if row.finding], user, now)
    context = {
        "crumbs": [Crumb(gettext("Vulnerabilities"), reverse("web:vulnerabilities")), Crumb(one.cve)],
        "vulnerability": one,
        "title": vulnerability_title(one),
        "rows": rows,
        "cut": len(services) == LISTED,
        "found": found,
        "nation": found.nation,
        "looked_at": _looked_at(user, now),
        "oldest": min((service.last_confirmed for service in services), default=None),
        "sources": sources,
        "disagree": disagree(sources),
        "steps": timeline(one, user, now),
        "upgraded": product_name(upgraded) if upgraded else "",
        "upgraded_name": upgraded,
        "upgrades": upgrades,
        "changes": one.changes.order_by("-pk")[:50],
        "alert": NationalAlert.objects.visible_to(user, now).filter(vulnerability=one).first(),
        "now": now,
    }
    return render(request, "web/pages/vulnerability.html", context)


def _exposure(one: Vulnerability, request: HttpRequest) -> observatory.Exposure:
    """Listed whole for who sees a part of the nation, so that the part can be counted; else only where it is shown."""
    user, now = viewer(request), timezone.now()
    most = 0 if user.scope(Right.EVIDENCE, now).nation and not wants_csv(request) else None
    image = read(settings.VIGIE.home).image
    return seen_by(observatory.exposed_to(one, now, past=False, most=most, image=image), user, now)


def _upgrades(one: Vulnerability, subjects: list[str], user: User, now: datetime) -> tuple[str, tuple[Upgrade, ...]]:
    """The product in which it is behind most of the findings listed, and the versions that end it there."""
    if not subjects:
        return "", ()
    name, _number = Counter(subjects).most_common(1)[0]
    vendor, _colon, product = name.partition(":")
    among = Establishment.objects.visible_to(user, now, Right.EVIDENCE)
    return name, upgrades_of(vendor, product, among, now, mending=one.pk)


def _looked_at(user: User, now: datetime) -> int:
    """Establishments of which something is seen today: what is exposed is a part of these."""
    visible = Establishment.objects.visible_to(user, now, Right.EVIDENCE)
    return visible.filter(Exists(Presence.objects.filter(establishment=OuterRef("pk")))).count()
