"""A region or a department, a group: its level, its members, what burns in it."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.findings import queries as findings
from vigie.apps.findings.models import Finding
from vigie.apps.observatory import queries as observatory
from vigie.apps.observatory.enums import SubjectKind
from vigie.apps.observatory.queries import EstablishmentRow
from vigie.apps.observatory.veil import Veil
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.web.access import May, columns_for, viewer
from vigie.web.components.dates import AsOf, as_of
from vigie.web.components.page import Crumb, territory_crumbs
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv

MEMBERS = (
    Column("level", _("Level"), ("level_low",), lambda row: row.level.letter if row.level else ""),
    Column("name", _("Establishment"), ("name",), lambda row: row.establishment.name),
    Column("finess", "FINESS", ("finess",), lambda row: row.establishment.finess, in_page=False),
    Column("low", _("Low"), (), lambda row: row.level.low if row.level else "", in_page=False),
    Column("high", _("High"), (), lambda row: row.level.high if row.level else "", in_page=False),
    Column("open", _("Open findings"), ("open_count",), lambda row: row.open_count if row.is_known else "", "v-num"),
    Column(
        "exploited",
        _("Exploited"),
        ("exploited_count",),
        lambda row: row.exploited_count if row.is_known else "",
        "v-num",
    ),
    Column("late", _("Past deadline"), ("late_count",), lambda row: row.late_count if row.is_known else "", "v-num"),
)


@require_safe
def territory(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    found = Territory.objects.select_related("parent__parent").filter(kind=kind, code=code).first()
    if found is None:
        raise Http404
    asked = as_of(request, timezone.now())
    members = observatory.counted_in(found, asked.day)
    if wants_csv(request):
        return _csv(request, members, asked, found)
    context = _context(request, members, asked, found) | {
        "crumbs": [Crumb(gettext("Overview"), "/"), *territory_crumbs(found.parent), Crumb(found.name)],
        "subject": found,
        "below": observatory.below(found, asked.day, asked.moment) if kind != "department" else None,
    }
    return render(request, "web/pages/grouping.html", context)


@require_safe
def group(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    found = Group.objects.select_related("region__parent").filter(kind=kind, code=code).first()
    if found is None:
        raise Http404
    asked = as_of(request, timezone.now())
    members = observatory.counted_members(found, asked.day, asked.moment)
    if wants_csv(request):
        return _csv(request, members, asked, found)
    context = _context(request, members, asked, found) | {
        "crumbs": [Crumb(gettext("Overview"), "/"), *territory_crumbs(found.region), Crumb(found.name)],
        "subject": found,
        "below": None,
    }
    return render(request, "web/pages/grouping.html", context)


def _context(
    request: HttpRequest, members: QuerySet[Establishment], asked: AsOf, found: Group | Territory
) -> "dict[str, object]":
    kind = SubjectKind.GROUP if isinstance(found, Group) else SubjectKind.TERRITORY
    history = observatory.history(kind, found.pk, asked.moment)
    user, now = viewer(request), timezone.now()
    counted = May(user, now).counts_among(found)
    shares = observatory.distribution(members, asked.moment)
    veil = Veil.of(user, now)
    hidden = veil.over(shares.total)
    inside = findings.open_at(asked.moment if asked.is_past else None).filter(establishment__in=members.values("pk"))
    return {
        "as_of": asked,
        "now": asked.moment,
        "veil": veil,
        "hidden": hidden,
        "total": shares.total,
        "level": history[-1] if history and not hidden else None,
        "history": () if hidden else history,
        "distribution": veil.distribution(shares),
        "figures": veil.figures(findings.figures(inside, asked.moment), shares.total) if counted else None,
        "kept": findings.kept(Finding.objects.filter(establishment__in=members.values("pk")), asked.moment)
        if counted and kind == SubjectKind.GROUP and not hidden
        else None,
        "counted": counted,
        "table": table(
            _listed(request, members, asked),
            columns_for(MEMBERS, counted),
            request,
            "level",
            observatory.rows_of,
            shares.total if user.scope(Right.LEVELS, now).nation else None,
        ),
    }


def _listed(request: HttpRequest, members: QuerySet[Establishment], asked: AsOf) -> QuerySet[Establishment]:
    """Those of its members whose own level the reader may see: a statistician sees none."""
    visible = Establishment.objects.filter(pk__in=members.values("pk")).visible_to(viewer(request), timezone.now())
    return observatory.listed(visible, asked.moment, asked.is_past)


def _csv(request: HttpRequest, members: QuerySet[Establishment], asked: AsOf, found: Group | Territory) -> HttpResponse:
    columns = columns_for(MEMBERS, May(viewer(request), timezone.now()).counts_among(found))
    rows: list[EstablishmentRow] = observatory.rows_of(
        sorted_by(_listed(request, members, asked), columns, request, "level")
    )
    return csv_response(rows, columns, f"vigie-{found.kind}-{found.code}-{asked.day}")
