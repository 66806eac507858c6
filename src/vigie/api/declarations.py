"""Declarations: the list, one with its versions; to declare, to complete; the files given with them."""

from typing import Annotated
from uuid import UUID, uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _
from ninja import File, Router, Status
from ninja.files import UploadedFile

from vigie.apps.accounts.guard import holds_over
from vigie.apps.incidents import actions, attaching
from vigie.apps.incidents.actions import Receiving
from vigie.apps.incidents.enums import ReceivedBy
from vigie.apps.incidents.guard import DECLARATION
from vigie.apps.incidents.models import Attachment, Declaration
from vigie.apps.incidents.queries import establishment_of
from vigie.apps.registry.enums import Right
from vigie.sources import finess_number

from .access import caller, needs
from .callers import Caller
from .paging import Asked, Cursor, Format, Limit, Order, each, listing
from .problems import invalid
from .schemas import values
from .schemas.incidents import (
    DeclarationDetail,
    DeclarationIn,
    DeclarationOut,
    Declarations,
    DeclarationVersionOut,
    FileOut,
    FollowUpIn,
    declaration_detail,
    declaration_out,
    file_out,
    version_out,
)

router = Router(tags=[_("Declarations of incidents")])
LATEST = Order("declarations-latest", ("-received_at", "pk"))
FILE = {"type": "string", "format": "binary"}
BY_HAND = {ReceivedBy.TELEPHONE, ReceivedBy.PAPER}


@router.get("/declarations", response=Declarations, summary=_("List declarations, the latest received first"))
@needs(Right.INCIDENTS)
def declarations(
    request: HttpRequest,
    establishment: values.Finess = "",
    cursor: Cursor = "",
    limit: Limit = 100,
    format: Format = "json",  # noqa: A002 -- the name that the pages give to the same question
) -> Declarations | StreamingHttpResponse:
    rows = Declaration.objects.visible_to(caller(request).user, timezone.now())
    rows = rows.filter(establishment__finess=establishment) if establishment else rows
    rows = rows.select_related("incident", "establishment")
    return listing(rows, LATEST, Asked(cursor, limit, format), each(declaration_out), Declarations, "declarations")  # type: ignore[return-value]


@router.post(
    "/declarations",
    response={201: DeclarationOut},
    summary=_("Declare an incident; the same key again is the same declaration"),
)
@needs(Right.DECLARE_INCIDENT)
def declare_incident(request: HttpRequest, told: DeclarationIn) -> Status[DeclarationOut]:
    """Declaring never enters a level nor a funding decision."""
    who, now, typed = caller(request), timezone.now(), told.answers.typed()
    number = finess_number.restored(told.answers.finess)
    one = establishment_of(number, timezone.localdate(now)) if number else None
    if one is not None and not holds_over(who.user, Right.DECLARE_INCIDENT, one, now):
        raise invalid("body.answers.finess", gettext("You may not declare for this establishment."))
    receipt = actions.declare(typed=typed, receiving=_receiving(who, told), key=told.key or uuid4(), now=now)
    if receipt.again and receipt.declaration.author_id != who.user.pk:
        raise invalid("body.key", gettext("Another declaration has this key: draw a new one."))
    return Status(201, declaration_out(receipt.declaration))


def _receiving(who: Caller, told: DeclarationIn) -> Receiving:
    how = told.received_by or ReceivedBy.ACCOUNT
    by_hand = told.received_by is not None or told.received_at is not None
    if by_hand and (how not in BY_HAND or not who.user.has(Right.HANDLE_INCIDENTS, timezone.now())):
        raise invalid("body.received_by", gettext("Only the cell says how and when it was received otherwise."))
    return Receiving(
        by=who.by,
        how=how,
        at=values.aware(told.received_at),
        author=who.user,
        language=get_language() or "fr",
        competent=settings.VIGIE.competent_authority,
    )


@router.get(
    "/declarations/{printed:reference}", response=DeclarationDetail, summary=_("Read a declaration, all its versions")
)
@needs(Right.INCIDENTS, of=DECLARATION)
def declaration(request: HttpRequest, reference: str) -> DeclarationDetail:
    return declaration_detail(_found(reference))


@router.post(
    "/declarations/{printed:reference}/versions",
    response={201: DeclarationVersionOut},
    summary=_("Complete a declaration, or say that it is over: a version more, the others stay"),
)
@needs(Right.DECLARE_INCIDENT, of=DECLARATION)
def complete_declaration(request: HttpRequest, reference: str, told: FollowUpIn) -> Status[DeclarationVersionOut]:
    made = actions.follow_up(
        declaration=_found(reference), typed=told.answers.typed(), by=caller(request).by, now=timezone.now(),
        resolution=told.resolution,
    )  # fmt: skip
    return Status(201, version_out(made))


@router.post(
    "/declarations/{printed:reference}/files",
    response={201: FileOut},
    summary=_("Give a file with a declaration; no data of a patient is taken"),
)
@needs(Right.DECLARE_INCIDENT, of=DECLARATION)
def attach_file(request: HttpRequest, reference: str, file: Annotated[UploadedFile, File()]) -> Status[FileOut]:
    made = attaching.attach(declaration=_found(reference), sent=file, by=caller(request).by, now=timezone.now())
    return Status(201, file_out(made))


@router.get(
    "/declarations/{printed:reference}/files/{uuid:uid}",
    response=None,
    summary=_("Take a file away, as it was given; this is an event"),
    openapi_extra={"responses": {200: {"content": {"application/octet-stream": {"schema": FILE}}}}},
)
@needs(Right.INCIDENTS, of=DECLARATION, acts=False)
def take_file_away(request: HttpRequest, reference: str, uid: UUID) -> HttpResponse:
    one = get_object_or_404(Attachment, uid=uid, declaration__reference=reference)
    try:
        content = attaching.taken_away(attachment=one, by=caller(request).by, now=timezone.now())
    except actions.AlreadyDone as refused:
        raise Http404 from refused
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=one.name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _found(reference: str) -> Declaration:
    rows = Declaration.objects.submitted().select_related("incident", "establishment")
    return get_object_or_404(rows, reference=reference)
