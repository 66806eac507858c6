"""What other tools say: the list; sending a report, reading what it would bring, bringing it in."""

from typing import Annotated

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import File, Router, Status
from ninja.files import UploadedFile

from vigie.apps.accounts.guard import ESTABLISHMENT
from vigie.apps.findings.enums import SightingState
from vigie.apps.findings.guard import SIGHTING
from vigie.apps.findings.sightings import actions, uploading, verifying
from vigie.apps.findings.sightings.models import Sighting, Upload
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment

from .access import caller, needs
from .paging import Asked, Cursor, Format, Limit, Order, each, listing
from .schemas import values
from .schemas.findings import ReasonIn
from .schemas.sightings import ReportOut, SightingOut, Sightings, report_out, sighting_out

router = Router(tags=[_("Reports of other tools")])
LATEST = Order("sightings-latest", ("-last_seen", "pk"))


@router.get("/sightings", response=Sightings, summary=_("List what other tools say, the latest first"))
@needs(Right.EVIDENCE)
def sightings(
    request: HttpRequest,
    establishment: values.Finess = "",
    state: SightingState | None = None,
    cursor: Cursor = "",
    limit: Limit = 100,
    format: Format = "json",  # noqa: A002 -- the name that the pages give to the same question
) -> Sightings | StreamingHttpResponse:
    rows = Sighting.objects.visible_to(caller(request).user, timezone.now()).select_related("establishment")
    if establishment:
        rows = rows.filter(establishment__finess=establishment)
    if state:
        rows = rows.filter(state=state)
    return listing(rows, LATEST, Asked(cursor, limit, format), each(sighting_out), Sightings, "sightings")  # type: ignore[return-value]


@router.post(
    "/sightings/{int:pk}/verify",
    response={202: SightingOut},
    summary=_("Have a look verify what another tool says"),
)
@needs(Right.ACT, of=SIGHTING)
def verify_sighting(request: HttpRequest, pk: int) -> Status[SightingOut]:
    verifying.ask(sighting=_sighting(pk), by=caller(request).by, now=timezone.now())
    return Status(202, sighting_out(_sighting(pk)))


@router.post("/sightings/{int:pk}/reject", response=SightingOut, summary=_("Say that it is not so, and why"))
@needs(Right.ACT, of=SIGHTING)
def reject_sighting(request: HttpRequest, pk: int, told: ReasonIn) -> SightingOut:
    row, who = _sighting(pk), caller(request).by
    actions.verify(sighting=row, confirmed=False, reason=told.reason, by=who, now=timezone.now())
    return sighting_out(_sighting(pk))


def _sighting(pk: int) -> Sighting:
    return get_object_or_404(Sighting.objects.select_related("establishment"), pk=pk)


@router.post(
    "/establishments/{slug:finess}/reports",
    response={202: ReportOut},
    summary=_("Send the report of a scanner, to be read; nothing comes in yet"),
)
@needs(Right.ACT, of=ESTABLISHMENT)
def send_report(request: HttpRequest, finess: str, report: Annotated[UploadedFile, File()]) -> Status[ReportOut]:
    one = get_object_or_404(Establishment, finess=finess)
    made = uploading.receive(
        establishment=one,
        file_name=report.name or "report",
        content=report.read(),
        by=caller(request).by,
        now=timezone.now(),
    )
    return Status(202, report_out(made))


@router.get(
    "/establishments/{slug:finess}/reports/{int:pk}",
    response=ReportOut,
    summary=_("Read how far a report is"),
)
@needs(Right.ACT, of=ESTABLISHMENT)
def sent_report(request: HttpRequest, finess: str, pk: int) -> ReportOut:
    return report_out(_upload(finess, pk))


@router.post(
    "/establishments/{slug:finess}/reports/{int:pk}/accept",
    response={202: ReportOut},
    summary=_("Bring in a report that was read"),
)
@needs(Right.ACT, of=ESTABLISHMENT)
def accept_report(request: HttpRequest, finess: str, pk: int) -> Status[ReportOut]:
    uploading.accept(upload=_upload(finess, pk), by=caller(request).by, now=timezone.now())
    return Status(202, report_out(_upload(finess, pk)))


@router.post(
    "/establishments/{slug:finess}/reports/{int:pk}/drop",
    response=ReportOut,
    summary=_("Put a report aside: nothing of it comes in"),
)
@needs(Right.ACT, of=ESTABLISHMENT)
def drop_report(request: HttpRequest, finess: str, pk: int) -> ReportOut:
    uploading.drop(upload=_upload(finess, pk), by=caller(request).by, now=timezone.now())
    return report_out(_upload(finess, pk))


def _upload(finess: str, pk: int) -> Upload:
    rows = Upload.objects.select_related("run").defer("content")
    return get_object_or_404(rows, pk=pk, establishment__finess=finess)
