"""The list of establishments, and the page of one."""

from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.assets.models import Asset, Leak, Mandate
from vigie.apps.findings import queries as findings
from vigie.apps.findings.models import Finding, Note
from vigie.apps.findings.sightings import queries as sightings
from vigie.apps.observatory import queries as observatory
from vigie.apps.observatory.enums import SubjectKind
from vigie.apps.observatory.filtering import Wanted, matching
from vigie.apps.registry import queries as registry
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.apps.scans import queries as scans
from vigie.apps.scans.models import Pause
from vigie.web.access import May, columns_for, viewer
from vigie.web.components.dates import as_of
from vigie.web.components.page import asked as given
from vigie.web.components.page import establishment_crumbs
from vigie.web.components.services import by_port
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv
from vigie.web.components.todo import todo

SIGHTINGS = 5  # of other tools, on its page
OVERDUE = 50  # past deadlines that are printed
COLUMNS = (
    Column("level", _("Level"), ("level_low",), lambda row: row.level.letter if row.level else ""),
    Column("name", _("Establishment"), ("name",), lambda row: row.establishment.name),
    Column("finess", "FINESS", ("finess",), lambda row: row.establishment.finess),
    Column("city", _("City"), ("city",), lambda row: row.establishment.city),
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
def establishments(request: HttpRequest) -> HttpResponse:
    asked = as_of(request, timezone.now())
    user, now = viewer(request), timezone.now()
    visible = registry.in_scope(asked.day).visible_to(user, now)
    filtered = matching(observatory.listed(visible, asked.moment, asked.is_past), _wanted(request), asked)
    counted = May(user, now).counts_everywhere()
    columns = columns_for(COLUMNS, counted)
    if wants_csv(request):
        rows = observatory.rows_of(sorted_by(filtered, columns, request, "name"))
        return csv_response(rows, columns, f"vigie-establishments-{asked.day}")
    kinds = visible.order_by().exclude(category="").values_list("category", "category_label").distinct()
    context = {
        "as_of": asked,
        "counted": counted,
        "table": table(filtered, columns, request, "name", observatory.rows_of),
        "asked": request.GET,
        "letters": observatory.LETTERS,
        "departments": Territory.objects.filter(establishments__in=visible.order_by().values("pk"))
        .distinct()
        .order_by("name"),
        "groups": Group.objects.filter(memberships__establishment__in=visible.order_by().values("pk"))
        .distinct()
        .order_by("name"),
        "kinds": sorted(kinds, key=lambda kind: kind[1]),
    }
    return render(request, "web/pages/establishments.html", context)


def _wanted(request: HttpRequest) -> Wanted:
    return Wanted(
        words=given(request, "q"),
        letter=given(request, "letter"),
        department=given(request, "department"),
        category=given(request, "kind"),
        group=given(request, "group"),
    )


@require_safe
def establishment(request: HttpRequest, finess: str) -> HttpResponse:
    asked = as_of(request, timezone.now())
    rows = Establishment.objects.select_related("department__parent__parent").annotate(
        capacity=registry.capacity_column(asked.day, asked.moment),
        asset_count=_declared(asked.day, asked.moment),
        kept=_kept(asked.moment),
        note_count=_noted(),
        is_paused=Exists(Pause.objects.in_force(asked.moment).filter(establishment=OuterRef("pk"))),
    )
    one = get_object_or_404(rows, finess=finess)
    history = observatory.history(SubjectKind.ESTABLISHMENT, one.pk, asked.moment)
    user, now = viewer(request), timezone.now()
    may = May(user, now, one)
    still_open = findings.open_at(asked.moment if asked.is_past else None).filter(establishment=one)
    open_findings = list(findings.ranked(still_open)) if may["findings"] else []
    level = observatory.with_trace(history[-1]) if history else None
    mandates = Mandate.objects.filter(establishment=one).in_force(asked.moment).visible_to(user, now)
    seen = scans.seen_of(one.pk, asked.moment)
    told = sightings.sightings_of(one).weaknesses().defer("evidence")
    shown_sightings = list(told[:SIGHTINGS]) if may["evidence"] else []
    context = {
        "crumbs": establishment_crumbs(one),
        "as_of": asked,
        "now": asked.moment,
        "establishment": one,
        "may": may,
        "capacity": registry.capacity_from(one.capacity),  # type: ignore[attr-defined]
        "groups": [(group, may.opens_group(group)) for group in registry.groups_of(one.pk, asked.day, asked.moment)],
        # Without the right to read them: how many, and the deadlines that are past.
        "figures": findings.figures(still_open, asked.moment) if may["counts"] and not may["findings"] else None,
        "overdue": _overdue(still_open, asked.moment) if may["counts"] and not may["findings"] else (),
        "level": level,
        "history": history,
        "findings": open_findings,
        "todo": todo(level, open_findings),
        "seen": seen,
        "shown": by_port(seen.services),
        "paused": scans.paused_of(one.pk, asked.moment) if may["evidence"] and one.is_paused else (),  # type: ignore[attr-defined]
        "mandate": mandates.order_by("-valid_until").first(),
        "sightings": shown_sightings,
        "sighting_count": told.count() if len(shown_sightings) == SIGHTINGS else 0,
        "asset_count": one.asset_count,  # type: ignore[attr-defined]
        "note_count": one.note_count,  # type: ignore[attr-defined]
        "kept": one.kept if may["findings"] else None,  # type: ignore[attr-defined]
        "leaks": _leaks(one, asked.moment) if may["findings"] else (),
    }
    return render(request, "web/pages/establishment.html", context)


def _leaks(one: Establishment, moment: datetime) -> QuerySet[Leak]:
    return Leak.objects.filter(establishment=one).known_at(moment).order_by("domain", "kind")


def _declared(day: date, moment: datetime) -> Coalesce:
    """How many assets it had declared on that day, read with the establishment."""
    theirs = Asset.objects.as_of(day, moment).filter(establishment=OuterRef("pk"))
    return Coalesce(Subquery(theirs.order_by().values("establishment").annotate(n=Count("pk")).values("n")), Value(0))


def _kept(moment: datetime) -> Subquery:
    """The delays that it kept, read with the establishment; None when nothing was ever found."""
    theirs = Finding.objects.filter(establishment=OuterRef("pk")).order_by().values("establishment")
    return Subquery(theirs.annotate(kept=JSONObject(**findings.kept_counts(moment))).values("kept"))


def _noted() -> Coalesce:
    theirs = Note.objects.filter(establishment=OuterRef("pk")).order_by().values("establishment")
    return Coalesce(Subquery(theirs.annotate(n=Count("pk")).values("n")), Value(0))


def _overdue(rows: QuerySet[Finding], moment: datetime) -> list[datetime]:
    return list(rows.order_by("deadline").filter(deadline__lt=moment).values_list("deadline", flat=True)[:OVERDUE])
