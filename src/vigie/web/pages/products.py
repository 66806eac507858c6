"""The products that were seen, and one of them: versions nationwide, end of support, what an upgrade would gain."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.observatory import products as observatory
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.data.params import disclosure_rule
from vigie.data.texts import product_name
from vigie.web.access import viewer
from vigie.web.components.page import Crumb, asked
from vigie.web.components.tables import Column, csv_response, table, wants_csv

LIST = (
    Column("product", _("Product"), ("product", "vendor"), lambda row: f"{row['vendor']}:{row['product']}"),
    Column("maker", _("Maker"), ("vendor", "product"), lambda row: row["vendor"]),
    Column("versions", _("Versions seen"), ("versions",), lambda row: row["versions"], "v-num"),
)
VERSIONS = (
    Column("version", _("Version"), (), lambda row: row.version or gettext("not told")),
    Column("establishments", _("Establishments"), (), lambda row: row.establishments),
    Column("services", _("Services"), (), lambda row: row.services or ""),
    Column("vulnerabilities", _("Vulnerabilities"), (), lambda row: row.vulnerabilities),
    Column("exploited", _("Exploited"), (), lambda row: row.exploited),
)


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    words = asked(request, "q")
    rows: Any = observatory.products_seen(words)
    if wants_csv(request):
        return csv_response(rows.order_by("vendor", "product"), LIST, "vigie-products")

    def shape(found: Any) -> Any:
        return ({**row, "name": f"{row['vendor']}:{row['product']}"} for row in found)

    context = {"table": table(rows, LIST, request, "product", shape), "words": words, "asked": request.GET}
    return render(request, "web/pages/products.html", context)


@require_safe
def product(request: HttpRequest, name: str) -> HttpResponse:
    user, now = viewer(request), timezone.now()
    day = timezone.localdate(now)
    sees_each = user.has(Right.EVIDENCE, now)
    among = Establishment.objects.visible_to(user, now, Right.EVIDENCE if sees_each else Right.AGGREGATES)
    told = observatory.product_of(name, among, now=now, upgrades=sees_each)
    if told is None:
        raise Http404
    shown = None if sees_each else observatory.veiled(told, disclosure_rule(day))
    versions = list(told.versions) if shown is None else list(shown.versions)
    every = [*versions, *([told.unknown] if told.unknown and shown is None else [])]
    if wants_csv(request):
        return csv_response(every, VERSIONS, f"vigie-{name.replace(':', '-')}")
    context = {
        "crumbs": [Crumb(gettext("Products"), reverse("web:products")), Crumb(product_name(name))],
        "product": told,
        "name": product_name(name),
        "versions": every,
        "shown": shown,
        "least": disclosure_rule(day).least,
        "total": told.establishments if shown is None else shown.establishments,
        "exploited": sum(row.establishments for row in every if row.exploited),
        "support": [(line, observatory.ends(line, day)) for line in told.support],
        "now": now,
    }
    return render(request, "web/pages/product.html", context)
