"""Campaigns: the list, one with its progress, starting one; stopping everything."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router, Status

from vigie.apps.assets.models import Mandate
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Territory
from vigie.apps.registry.queries import within
from vigie.apps.scans import actions, queries
from vigie.apps.scans.models import Campaign
from vigie.data.ports import default_ports

from .access import caller, needs
from .paging import Asked, Cursor, Limit, Order, each, listing
from .problems import invalid
from .schemas.campaigns import (
    CampaignIn,
    Campaigns,
    Lifted,
    ProgressOut,
    StopIn,
    StopOut,
    StopState,
    campaign_out,
    progress_out,
    stop_out,
)

router = Router(tags=[_("Campaigns")])
NEWEST = Order("campaigns-newest", ("-started_at", "-pk"))


@router.get("/campaigns", response=Campaigns, summary=_("List campaigns, newest first"))
@needs(Right.CAMPAIGNS)
def campaigns(request: HttpRequest, cursor: Cursor = "", limit: Limit = 100) -> Campaigns:
    rows = queries.campaigns().visible_to(caller(request).user, timezone.now())  # type: ignore[attr-defined]
    return listing(rows, NEWEST, Asked(cursor, limit), each(campaign_out), Campaigns, "campaigns")  # type: ignore[return-value]


@router.post("/campaigns", response={201: ProgressOut}, summary=_("Start a campaign, within the mandates"))
@needs(Right.LAUNCH)
def launch(request: HttpRequest, told: CampaignIn) -> Status[ProgressOut]:
    now = timezone.now()
    made = actions.start_campaign(
        name=told.name or f"Campaign of {now:%Y-%m-%d %H:%M} UTC",
        establishments=_wanted(told, now),
        ports=told.ports or default_ports(),
        by=caller(request).by,
        now=now,
    )
    return Status(201, progress_out(queries.progress(made, now)))


def _wanted(told: CampaignIn, now: datetime) -> "QuerySet[Establishment]":
    if told.establishments is not None and told.territory is not None:
        raise invalid("body.territory", gettext("Name establishments, or a territory: not both."))
    if told.territory is not None:
        place = Territory.objects.filter(kind=told.territory.kind, code=told.territory.code).first()
        if place is None:
            raise invalid("body.territory.code", gettext("There is no such territory."))
        return within(place)
    if told.establishments is None:
        return Establishment.objects.filter(pk__in=Mandate.objects.in_force(now).values("establishment"))
    found = Establishment.objects.filter(finess__in=told.establishments)
    missing = sorted(set(told.establishments) - set(found.values_list("finess", flat=True)))
    if missing:
        sentence = gettext("No legal entity has this FINESS number: %(number)s")
        raise invalid("body.establishments", sentence % {"number": ", ".join(missing[:10])})
    return found


@router.get("/campaigns/{int:pk}", response=ProgressOut, summary=_("Read one campaign and how far it is"))
@needs(Right.CAMPAIGNS)
def campaign(request: HttpRequest, pk: int) -> ProgressOut:
    """Asked again while it runs, the answer is short when nothing has moved: send the ETag back."""
    rows = Campaign.objects.visible_to(caller(request).user, timezone.now())
    return progress_out(queries.progress(get_object_or_404(rows, pk=pk), timezone.now()))


@router.get("/stop", response=StopState, summary=_("Tell whether an emergency stop is in force"))
@needs(Right.STOP, Right.CAMPAIGNS)
def stop_state(request: HttpRequest) -> StopState:
    order = queries.stop_in_force()
    return StopState(in_force=stop_out(order) if order else None)


@router.post("/stop", response=StopOut, summary=_("Stop everything: no packet leaves any more"))
@needs(Right.STOP, at_once=True)
def stop(request: HttpRequest, told: StopIn) -> StopOut:
    return stop_out(actions.stop_everything(by=caller(request).by, reason=told.reason, now=timezone.now()))


@router.post("/stop/lift", response=Lifted, summary=_("Lift the stop; stopped campaigns stay stopped"))
@needs(Right.STOP)
def lift_stop(request: HttpRequest) -> Lifted:
    return Lifted(lifted=actions.lift_stop(by=caller(request).by, now=timezone.now()))
