"""Incidents: the list, one of them, the outline for regions, the journal of help."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router, Status

from vigie.apps.incidents import actions, queries
from vigie.apps.incidents.enums import IncidentState
from vigie.apps.incidents.guard import INCIDENT
from vigie.apps.incidents.models import Incident, SupportEntry
from vigie.apps.registry.enums import Right

from .access import caller, needs
from .paging import Asked, Cursor, Format, Limit, Order, each, listing
from .schemas import values
from .schemas.incidents import (
    IncidentOut,
    Incidents,
    Outlines,
    Support,
    SupportGivenOut,
    SupportIn,
    incident_out,
    outline_out,
    support_out,
)

router = Router(tags=[_("Incidents")])
LATEST = Order("incidents-latest", ("-declared_at", "pk"))
AS_DONE = Order("support", ("at", "pk"))


@router.get("/incidents", response=Incidents, summary=_("List incidents, the latest declared first"))
@needs(Right.INCIDENTS)
def incidents(
    request: HttpRequest,
    establishment: values.Finess = "",
    state: IncidentState | None = None,
    standing: bool = False,
    cursor: Cursor = "",
    limit: Limit = 100,
    format: Format = "json",  # noqa: A002 -- the name that the pages give to the same question
) -> Incidents | StreamingHttpResponse:
    rows = Incident.objects.visible_to(caller(request).user, timezone.now()).select_related("establishment")
    rows = rows.filter(establishment__finess=establishment) if establishment else rows
    rows = rows.filter(state=state) if state else rows
    rows = rows.standing() if standing else rows
    return listing(rows, LATEST, Asked(cursor, limit, format), each(incident_out), Incidents, "incidents")  # type: ignore[return-value]


@router.get(
    "/incident-outlines",
    response=Outlines,
    summary=_("List the outline of the incidents that touch care, latest first"),
)
@needs(Right.INCIDENT_SUMMARIES)
def incident_outlines(
    request: HttpRequest,
    standing: bool = False,
    cursor: Cursor = "",
    limit: Limit = 100,
    format: Format = "json",  # noqa: A002 -- as above
) -> Outlines | StreamingHttpResponse:
    user, now = caller(request).user, timezone.now()
    told = Incident.objects.visible_to(user, now, Right.INCIDENT_SUMMARIES).touching_care()
    rows = queries.outline(told.standing() if standing else told)
    return listing(rows, LATEST, Asked(cursor, limit, format), each(outline_out), Outlines, "incident-outlines")  # type: ignore[return-value]


@router.get("/incidents/{int:pk}", response=IncidentOut, summary=_("Read an incident"))
@needs(Right.INCIDENTS, of=INCIDENT)
def incident(request: HttpRequest, pk: int) -> IncidentOut:
    return incident_out(_found(pk))


@router.get("/incidents/{int:pk}/support", response=Support, summary=_("Read the journal of help, oldest first"))
@needs(Right.INCIDENTS, of=INCIDENT)
def incident_support(request: HttpRequest, pk: int, cursor: Cursor = "", limit: Limit = 100) -> Support:
    if not caller(request).user.scope(Right.INCIDENTS, timezone.now()).nation:
        raise PermissionDenied  # what the cell writes among itself is its own, as on the page
    rows = SupportEntry.objects.filter(incident=pk)
    return listing(rows, AS_DONE, Asked(cursor, limit), each(support_out), Support, "support")  # type: ignore[return-value]


@router.post(
    "/incidents/{int:pk}/support",
    response={201: SupportGivenOut},
    summary=_("Write down what was done to help, and how long"),
)
@needs(Right.HANDLE_INCIDENTS, of=INCIDENT)
def log_support(request: HttpRequest, pk: int, told: SupportIn) -> Status[SupportGivenOut]:
    now = timezone.now()
    made = actions.log_support(
        incident=_found(pk), words=told.words, minutes=told.minutes, at=values.aware(told.at) or now,
        by=caller(request).by, now=now,
    )  # fmt: skip
    return Status(201, support_out(made))


def _found(pk: int) -> Incident:
    return get_object_or_404(Incident.objects.declared().select_related("establishment"), pk=pk)
