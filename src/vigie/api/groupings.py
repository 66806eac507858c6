"""Groups and territories: their level at any date, and what they are made of."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router

from vigie.apps.accounts.guard import GROUP, TERRITORY, counts_among
from vigie.apps.accounts.models import User
from vigie.apps.findings import queries as findings
from vigie.apps.observatory import queries as observatory
from vigie.apps.observatory.enums import SubjectKind
from vigie.apps.observatory.veil import Veil
from vigie.apps.registry import converters as converters  # registers "printed" before any route is read
from vigie.apps.registry.enums import GroupKind, Right, TerritoryKind
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.apps.timeline import AsOf, as_of_day

from . import levels
from .access import caller, needs
from .paging import Asked, Cursor, Limit, Order, each, listing
from .schemas import values
from .schemas.establishments import FiguresOut, GroupingDetail, GroupingOut, Groupings, ShareOut
from .schemas.levels import ExplainedLevel, LevelOut, level_out

router = Router(tags=[_("Groups and territories")])
GROUPS = Order("groups", ("kind", "code", "pk"))
TERRITORIES = Order("territories", ("kind", "code", "pk"))


@router.get("/groups", response=Groupings, summary=_("List the groups whose figures are open to you"))
@needs(Right.AGGREGATES)
def groups(
    request: HttpRequest,
    kind: GroupKind | None = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Groupings:
    rows = Group.objects.visible_to(caller(request).user, timezone.now()).select_related("region")
    return _listed(rows.filter(kind=kind) if kind else rows, GROUPS, cursor, limit)


@router.get("/territories", response=Groupings, summary=_("List the territories whose figures are open to you"))
@needs(Right.AGGREGATES)
def territories(
    request: HttpRequest,
    kind: TerritoryKind | None = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Groupings:
    rows = Territory.objects.visible_to(caller(request).user, timezone.now()).select_related("parent")
    return _listed(rows.filter(kind=kind) if kind else rows, TERRITORIES, cursor, limit)


def _listed(rows: "QuerySet[Any]", order: Order, cursor: str, limit: int) -> Groupings:
    return listing(rows, order, Asked(cursor, limit), each(_out), Groupings, order.slug)  # type: ignore[return-value]


def _out(one: Group | Territory) -> GroupingOut:
    above = one.region if isinstance(one, Group) else one.parent
    return GroupingOut(kind=one.kind, code=one.code, name=one.name, above=above.code if above else None)


@router.get("/groups/{slug:kind}/{printed:code}", response=GroupingDetail, summary=_("Read one group"))
@needs(Right.AGGREGATES, of=GROUP)
def group(request: HttpRequest, kind: str, code: str, as_of: values.AsOfDay = None) -> GroupingDetail:
    one, asked = _group(kind, code), as_of_day(as_of, timezone.now())
    members = observatory.counted_members(one, asked.day, asked.moment)
    return _detail(one, members, asked, caller(request).user, timezone.now())


@router.get(
    "/groups/{slug:kind}/{printed:code}/level",
    response=ExplainedLevel,
    summary=_("Read the level of a group at a date, explained"),
)
@needs(Right.AGGREGATES, of=GROUP)
def group_level(request: HttpRequest, kind: str, code: str, as_of: values.AsOfDay = None) -> ExplainedLevel:
    return _level(SubjectKind.GROUP, _group(kind, code), as_of_day(as_of, timezone.now()), caller(request).user)


@router.get("/territories/{slug:kind}/{printed:code}", response=GroupingDetail, summary=_("Read one territory"))
@needs(Right.AGGREGATES, of=TERRITORY)
def territory(request: HttpRequest, kind: str, code: str, as_of: values.AsOfDay = None) -> GroupingDetail:
    one, asked = _territory(kind, code), as_of_day(as_of, timezone.now())
    members = observatory.counted_in(one, asked.day)
    return _detail(one, members, asked, caller(request).user, timezone.now())


@router.get(
    "/territories/{slug:kind}/{printed:code}/level",
    response=ExplainedLevel,
    summary=_("Read the level of a territory at a date, explained"),
)
@needs(Right.AGGREGATES, of=TERRITORY)
def territory_level(request: HttpRequest, kind: str, code: str, as_of: values.AsOfDay = None) -> ExplainedLevel:
    asked = as_of_day(as_of, timezone.now())
    return _level(SubjectKind.TERRITORY, _territory(kind, code), asked, caller(request).user)


def _group(kind: str, code: str) -> Group:
    return get_object_or_404(Group.objects.select_related("region"), kind=kind, code=code)


def _territory(kind: str, code: str) -> Territory:
    return get_object_or_404(Territory.objects.select_related("parent"), kind=kind, code=code)


def _level(kind: SubjectKind, one: Group | Territory, asked: AsOf, user: User) -> ExplainedLevel:
    found = levels.level_at(kind, one.pk, asked.moment, user, findings=False)
    if found.grouped is not None and Veil.of(user, timezone.now()).over(found.grouped.members):
        raise PermissionDenied  # of few establishments, it would be read as the level of each
    return found


def _detail(
    one: Group | Territory, members: QuerySet[Establishment], asked: AsOf, user: User, now: datetime
) -> GroupingDetail:
    kind = SubjectKind.GROUP if isinstance(one, Group) else SubjectKind.TERRITORY
    shares, veil = observatory.distribution(members, asked.moment), Veil.of(user, now)
    level = veil.block(observatory.level(kind, one.pk, asked.moment), shares.total)
    figures = _figures(members, asked) if counts_among(user, one, now) else None
    told, counted = veil.distribution(shares), veil.figures(figures, shares.total)
    return GroupingDetail(
        **_out(one).model_dump(),
        level=_level_out(level),
        establishments=shares.total,
        letters=told and [ShareOut(letter=part.letter or None, count=part.count, percent=part.percent)
                          for part in told.parts],
        findings=counted and FiguresOut.model_validate(counted),
        veiled=veil.over(shares.total) or told is None or counted is not figures,
    )  # fmt: skip


def _level_out(level: Any) -> LevelOut | None:
    return level_out(level) if level else None


def _figures(members: QuerySet[Establishment], asked: AsOf) -> findings.Figures:
    inside = findings.open_at(asked.moment if asked.is_past else None).filter(establishment__in=members.values("pk"))
    return findings.figures(inside, asked.moment)
