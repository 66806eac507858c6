"""What the law asks for each declaration: the list with its clocks, and what was sent to an authority."""

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router, Status

from vigie.apps.incidents import actions
from vigie.apps.incidents.enums import IncidentRegime
from vigie.apps.incidents.guard import DECLARATION
from vigie.apps.incidents.models import Obligation
from vigie.apps.registry.enums import Right

from .access import caller, needs
from .paging import Asked, Cursor, Format, Limit, Order, each, listing
from .schemas import values
from .schemas.incidents import Obligations, SubmissionIn, SubmissionOut, obligation_out, submission_out

router = Router(tags=[_("What the law asks")])
AS_WRITTEN = Order("obligations", ("-written_at", "pk"))  # not all have a due date


@router.get("/obligations", response=Obligations, summary=_("List what declarations make due, the latest first"))
@needs(Right.INCIDENTS)
def obligations(
    request: HttpRequest,
    declaration: values.Query = "",
    regime: IncidentRegime | None = None,
    owed: bool = False,
    cursor: Cursor = "",
    limit: Limit = 100,
    format: Format = "json",  # noqa: A002 -- the name that the pages give to the same question
) -> Obligations | StreamingHttpResponse:
    now = timezone.now()
    rows = Obligation.objects.visible_to(caller(request).user, now).select_related("declaration")
    rows = rows.filter(declaration__reference=declaration) if declaration else rows
    rows = rows.filter(regime=regime) if regime else rows
    rows = rows.owed() if owed else rows
    told = each(lambda row: obligation_out(row, now))
    return listing(rows, AS_WRITTEN, Asked(cursor, limit, format), told, Obligations, "obligations")  # type: ignore[return-value]


@router.post(
    "/declarations/{printed:reference}/obligations/{int:pk}/submissions",
    response={201: SubmissionOut},
    summary=_("Note that it was sent to the authority; the first time stops the clock"),
)
@needs(Right.DECLARE_INCIDENT, of=DECLARATION)
def submit_obligation(request: HttpRequest, reference: str, pk: int, told: SubmissionIn) -> Status[SubmissionOut]:
    now = timezone.now()
    rows = Obligation.objects.select_related("declaration__incident")
    made = actions.submit(
        obligation=get_object_or_404(rows, pk=pk, declaration__reference=reference),
        at=values.aware(told.at) or now,
        authority_reference=told.authority_reference,
        by=caller(request).by,
        now=now,
    )
    return Status(201, submission_out(made))
