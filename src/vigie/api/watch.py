"""The watch: national alerts, who is concerned, what lets their messages leave; what the caller follows; products."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router, Status

from vigie.apps.observatory import products as observatory
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.watch import actions, news, queries
from vigie.apps.watch.enums import NationalAlertState
from vigie.apps.watch.guard import NATIONAL_ALERT
from vigie.apps.watch.models import NationalAlert
from vigie.data.params import disclosure_rule

from .access import caller, needs
from .paging import Asked, Cursor, Limit, Order, each, listing
from .schemas import values
from .schemas.watch import (
    AlertOut,
    Alerts,
    Concerneds,
    DismissIn,
    FollowedOut,
    FollowIn,
    ProductDetail,
    ProductOut,
    ReleaseIn,
    ReleaseOut,
    alert_out,
    concerned_out,
    followed_out,
    product_out,
)

router = Router(tags=[_("Alerts, products and what one follows")])
LATEST = Order("alerts-latest", ("-pk",))
AS_FOUND = Order("concerned", ("pk",))
MOST_PRODUCTS = 200


def _board(request: HttpRequest, pk: int) -> AlertOut:
    one = get_object_or_404(NationalAlert.objects.select_related("vulnerability"), pk=pk)
    (row,) = queries.board([one], caller(request).user, timezone.now())
    return alert_out(row)


@router.get("/alerts", response=Alerts, summary=_("List the national alerts, the latest first"))
@needs(Right.EVIDENCE)
def alerts(
    request: HttpRequest, state: NationalAlertState | None = None, cursor: Cursor = "", limit: Limit = 100
) -> Alerts:
    user, now = caller(request).user, timezone.now()
    rows = NationalAlert.objects.visible_to(user, now).select_related("vulnerability")
    if state:
        rows = rows.filter(state=state)
    shape = lambda found: map(alert_out, queries.board(found, user, now))  # noqa: E731 -- one stretch at a time
    return listing(rows, LATEST, Asked(cursor, limit), shape, Alerts, "alerts")  # type: ignore[return-value]


@router.get("/alerts/{int:pk}", response=AlertOut, summary=_("Read one national alert, with its counts"))
@needs(Right.EVIDENCE, of=NATIONAL_ALERT)
def alert(request: HttpRequest, pk: int) -> AlertOut:
    return _board(request, pk)


@router.get("/alerts/{int:pk}/concerned", response=Concerneds, summary=_("List whom a national alert concerns"))
@needs(Right.EVIDENCE, of=NATIONAL_ALERT)
def alert_concerned(
    request: HttpRequest, pk: int, verdict: MatchVerdict | None = None, cursor: Cursor = "", limit: Limit = 100
) -> Concerneds:
    rows = queries.concerned(get_object_or_404(NationalAlert, pk=pk), caller(request).user, timezone.now())
    if verdict:
        rows = rows.filter(verdict=verdict)
    return listing(rows, AS_FOUND, Asked(cursor, limit), each(concerned_out), Concerneds, "concerned")  # type: ignore[return-value]


@router.post("/alerts/{int:pk}/examine", response=AlertOut, summary=_("Say that somebody examines the alert"))
@needs(Right.LAUNCH, of=NATIONAL_ALERT)
def examine_alert(request: HttpRequest, pk: int) -> AlertOut:
    actions.examine(alert=get_object_or_404(NationalAlert, pk=pk), by=caller(request).by, now=timezone.now())
    return _board(request, pk)


@router.post(
    "/alerts/{int:pk}/release", response=ReleaseOut, summary=_("Let its drafted messages leave, or agree to it")
)
@needs(Right.LAUNCH, of=NATIONAL_ALERT)
def release_alert(request: HttpRequest, pk: int, told: ReleaseIn) -> ReleaseOut:
    one, by = get_object_or_404(NationalAlert, pk=pk), caller(request).by
    released = actions.release(alert=one, by=by, now=timezone.now(), with_checks=told.with_checks)
    return ReleaseOut(released=released, alert=_board(request, pk))


@router.post("/alerts/{int:pk}/dismiss", response=AlertOut, summary=_("Dismiss the alert: nobody is told, and why"))
@needs(Right.LAUNCH, of=NATIONAL_ALERT)
def dismiss_alert(request: HttpRequest, pk: int, told: DismissIn) -> AlertOut:
    one = get_object_or_404(NationalAlert, pk=pk)
    actions.dismiss(alert=one, reason=told.reason, by=caller(request).by, now=timezone.now())
    return _board(request, pk)


@router.get("/watch", response=list[FollowedOut], summary=_("List what the caller follows, and what is new of it"))
@needs(Right.EVIDENCE)
def watch_list(request: HttpRequest) -> list[FollowedOut]:
    return [followed_out(row) for row in news.followed_by(caller(request).user, timezone.now())]


@router.post("/watch", response=FollowedOut, summary=_("Follow a product or a vulnerability"))
@needs(Right.EVIDENCE)
def follow(request: HttpRequest, told: FollowIn) -> FollowedOut:
    who = caller(request)
    row = actions.watch(user=who.user, name=told.name, by=who.by, now=timezone.now())
    return next(followed_out(one) for one in news.followed_by(who.user, timezone.now()) if one.watched.pk == row.pk)


@router.post("/watch/looked", response=list[FollowedOut], summary=_("Say that what is new was looked at"))
@needs(Right.EVIDENCE)
def looked_at(request: HttpRequest) -> list[FollowedOut]:
    who = caller(request)
    actions.look_at(user=who.user, by=who.by, now=timezone.now())
    return [followed_out(row) for row in news.followed_by(who.user, timezone.now())]


@router.post("/watch/{int:pk}/end", response={204: None}, summary=_("Follow it no more"))
@needs(Right.EVIDENCE)
def unfollow(request: HttpRequest, pk: int) -> Status[None]:
    who = caller(request)
    if not actions.unwatch(user=who.user, pk=pk, by=who.by, now=timezone.now()):
        raise Http404
    return Status(204, None)


@router.get("/products", response=list[ProductOut], summary=_("Find products that were seen, by their names"))
@needs(Right.EVIDENCE, Right.AGGREGATES)
def products(request: HttpRequest, q: values.Query = "") -> list[ProductOut]:
    rows = observatory.products_seen(q).order_by("vendor", "product")[:MOST_PRODUCTS]
    return [ProductOut(name=f"{row['vendor']}:{row['product']}", versions=row["versions"]) for row in rows]


@router.get(
    "/products/{str:name}",
    response=ProductDetail,
    summary=_("Read one product: versions seen, end of support, what upgrading would gain"),
)
@needs(Right.EVIDENCE, Right.AGGREGATES)
def product(request: HttpRequest, name: str) -> ProductDetail:
    user, now = caller(request).user, timezone.now()
    day = timezone.localdate(now)
    sees_each = user.has(Right.EVIDENCE, now)
    among = Establishment.objects.visible_to(user, now, Right.EVIDENCE if sees_each else Right.AGGREGATES)
    told = observatory.product_of(name, among, now=now, upgrades=sees_each)
    if told is None:
        raise Http404
    return product_out(told, None if sees_each else observatory.veiled(told, disclosure_rule(day)), day)
