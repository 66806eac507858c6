"""Establishments: whom the caller may see, their level at any date, the services seen."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router
from pydantic import Field

from vigie.apps.accounts.guard import ESTABLISHMENT, counts_everywhere, holds_over
from vigie.apps.observatory import queries as observatory
from vigie.apps.observatory.enums import SubjectKind
from vigie.apps.observatory.filtering import Wanted, matching
from vigie.apps.registry import queries as registry
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.scans.models import Service
from vigie.apps.timeline import as_of_day

from . import levels
from .access import caller, needs
from .paging import Asked, Cursor, Format, Limit, Order, each, listing
from .schemas import values
from .schemas.establishments import (
    EstablishmentDetail,
    EstablishmentOut,
    Establishments,
    GroupRef,
    Services,
    service_out,
)
from .schemas.levels import ExplainedLevel, LevelOut, level_out

router = Router(tags=[_("Establishments")])
BY_NAME = Order("establishments-by-name", ("name", "pk"))
BY_PLACE = Order("services-by-place", ("address", "port", "pk"))


@router.get("/establishments", response=Establishments, summary=_("List establishments, by name"))
@needs(Right.LEVELS)
def establishments(
    request: HttpRequest,
    q: Annotated[values.Query, Field(description="In the name or the city, or the FINESS's first digits.")] = "",
    letter: Literal["", "A", "B", "C", "D", "E", "none"] = "",
    department: values.Query = "",
    category: values.Query = "",
    group: values.Query = "",
    as_of: values.AsOfDay = None,
    cursor: Cursor = "",
    limit: Limit = 100,
    format: Format = "json",  # noqa: A002 -- the name that the pages give to the same question
) -> Establishments | StreamingHttpResponse:
    asked, user, now = as_of_day(as_of, timezone.now()), caller(request).user, timezone.now()
    visible = registry.in_scope(asked.day).visible_to(user, now)
    wanted = Wanted(words=q, letter=letter, department=department, category=category, group=group)
    rows = matching(observatory.listed(visible, asked.moment, asked.is_past), wanted, asked)
    counted = counts_everywhere(user, now)
    return listing(
        rows,
        BY_NAME,
        Asked(cursor, limit, format),
        lambda found: [_told(row, counted=counted) for row in observatory.rows_of(found)],
        Establishments,
        f"establishments-{asked.day}",
    )  # type: ignore[return-value]


def _told(row: observatory.EstablishmentRow, *, counted: bool) -> EstablishmentOut:
    return EstablishmentOut(**_facts(row, counted=counted))


def _facts(row: observatory.EstablishmentRow, *, counted: bool) -> dict[str, Any]:
    one, counts = row.establishment, counted and row.is_known
    plain = "finess", "name", "category", "category_label", "city"
    return {name: getattr(one, name) for name in plain} | {
        "department": one.department.code if one.department else None,
        "level": level_out(row.level) if row.level else None,
        "open": row.open_count if counts else None,
        "exploited": row.exploited_count if counts else None,
        "late": row.late_count if counts else None,
    }


@router.get("/establishments/{slug:finess}", response=EstablishmentDetail, summary=_("Read one establishment"))
@needs(Right.LEVELS, of=ESTABLISHMENT)
def establishment(request: HttpRequest, finess: str, as_of: values.AsOfDay = None) -> EstablishmentDetail:
    asked, user = as_of_day(as_of, timezone.now()), caller(request).user
    rows = observatory.listed(Establishment.objects.filter(finess=finess), asked.moment, asked.is_past)
    one = get_object_or_404(rows)
    counted = holds_over(user, Right.COUNTS, one, timezone.now())
    groups = registry.groups_of(one.pk, asked.day, asked.moment)
    more = "siren", "postal_code", "legal_status", "opened_on", "closed_on"
    return EstablishmentDetail(
        **_facts(observatory.rows_of([one])[0], counted=counted),
        **{name: getattr(one, name) for name in more},
        groups=[GroupRef.model_validate(group) for group in groups],
    )


@router.get(
    "/establishments/{slug:finess}/level", response=ExplainedLevel, summary=_("Read its level at a date, explained")
)
@needs(Right.LEVELS, of=ESTABLISHMENT)
def establishment_level(request: HttpRequest, finess: str, as_of: values.AsOfDay = None) -> ExplainedLevel:
    asked, user = as_of_day(as_of, timezone.now()), caller(request).user
    one = get_object_or_404(Establishment, finess=finess)
    may_read = holds_over(user, Right.FINDINGS, one, timezone.now())
    return levels.level_at(SubjectKind.ESTABLISHMENT, one.pk, asked.moment, user, findings=may_read)


@router.get(
    "/establishments/{slug:finess}/levels", response=list[LevelOut], summary=_("Read its past levels, oldest first")
)
@needs(Right.LEVELS, of=ESTABLISHMENT)
def establishment_levels(request: HttpRequest, finess: str, as_of: values.AsOfDay = None) -> list[LevelOut]:
    one = get_object_or_404(Establishment, finess=finess)
    return levels.history(SubjectKind.ESTABLISHMENT, one.pk, as_of_day(as_of, timezone.now()).moment)


@router.get(
    "/establishments/{slug:finess}/services", response=Services, summary=_("List what it shows, as looks saw it")
)
@needs(Right.EVIDENCE, of=ESTABLISHMENT)
def establishment_services(
    request: HttpRequest,
    finess: str,
    as_of: values.AsOfDay = None,
    cursor: Cursor = "",
    limit: Limit = 100,
    format: Format = "json",  # noqa: A002
) -> Services | StreamingHttpResponse:
    moment = as_of_day(as_of, timezone.now()).moment
    rows = (
        Service.objects.visible_to(caller(request).user, timezone.now())
        .standing_at(moment)
        .filter(establishment__finess=finess)
        .select_related("pair")
        .defer("facts", "identities")
    )
    return listing(rows, BY_PLACE, Asked(cursor, limit, format), each(service_out), Services, f"services-{finess}")  # type: ignore[return-value]
