"""What anybody reported of a weakness: to be verified by a look, never a truth."""

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router

from vigie.apps.incidents import disclosing
from vigie.apps.incidents.enums import WeaknessState
from vigie.apps.incidents.models import WeaknessReport
from vigie.apps.registry.enums import Right

from .access import caller, needs
from .paging import Asked, Cursor, Format, Limit, Order, each, listing
from .schemas.findings import ReasonIn
from .schemas.weaknesses import WeaknessDetail, Weaknesses, WeaknessOut, weakness_detail, weakness_out

router = Router(tags=[_("Reported weaknesses")])
LATEST = Order("weaknesses-latest", ("-received_at", "pk"))


@router.get("/weaknesses", response=Weaknesses, summary=_("List what was reported to the cell, the latest first"))
@needs(Right.HANDLE_INCIDENTS)
def weaknesses(
    request: HttpRequest,
    state: WeaknessState | None = None,
    cursor: Cursor = "",
    limit: Limit = 100,
    format: Format = "json",  # noqa: A002 -- the name that the pages give to the same question
) -> Weaknesses | StreamingHttpResponse:
    rows = WeaknessReport.objects.select_related("establishment")
    rows = rows.filter(state=state) if state else rows
    return listing(rows, LATEST, Asked(cursor, limit, format), each(weakness_out), Weaknesses, "weaknesses")  # type: ignore[return-value]


@router.get("/weaknesses/{int:pk}", response=WeaknessDetail, summary=_("Read what somebody reported"))
@needs(Right.HANDLE_INCIDENTS)
def weakness(request: HttpRequest, pk: int) -> WeaknessDetail:
    return weakness_detail(_found(pk))


@router.post("/weaknesses/{int:pk}/close", response=WeaknessOut, summary=_("Close a report, with the reason"))
@needs(Right.HANDLE_INCIDENTS)
def close_weakness(request: HttpRequest, pk: int, told: ReasonIn) -> WeaknessOut:
    disclosing.close(report=_found(pk), reason=told.reason, by=caller(request).by, now=timezone.now())
    return weakness_out(_found(pk))


def _found(pk: int) -> WeaknessReport:
    return get_object_or_404(WeaknessReport.objects.select_related("establishment"), pk=pk)
