"""Notices: what was sent about the establishments that the caller follows; saying that it was read."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router

from vigie.apps.accounts.guard import Thing
from vigie.apps.notices import queries
from vigie.apps.notices.acknowledging import acknowledge_alert
from vigie.apps.notices.enums import NoticeState
from vigie.apps.notices.models import Notice
from vigie.apps.registry.enums import Right

from .access import caller, needs
from .paging import Asked, Cursor, Limit, Order, each, listing
from .problems import Problem
from .schemas import values
from .schemas.notices import NoticeOut, Notices, notice_out

router = Router(tags=[_("Notices")])
LATEST = Order("notices-latest", ("-pk",))
NOTICE = Thing(Notice.objects.visible_to, {"pk": "pk"}, Right.FINDINGS)


@router.get("/notices", response=Notices, summary=_("List notices, the latest first"))
@needs(Right.FINDINGS)
def notices(
    request: HttpRequest,
    state: NoticeState | None = None,
    establishment: values.Finess = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Notices:
    rows = queries.outbox().visible_to(caller(request).user, timezone.now())
    if state:
        rows = rows.filter(state=state)
    if establishment:
        rows = rows.filter(alert__establishment__finess=establishment)
    return listing(rows, LATEST, Asked(cursor, limit), each(notice_out), Notices, "notices")  # type: ignore[return-value]


@router.get("/notices/{int:pk}", response=NoticeOut, summary=_("Read one notice"))
@needs(Right.FINDINGS, of=NOTICE)
def notice(request: HttpRequest, pk: int) -> NoticeOut:
    return notice_out(get_object_or_404(queries.outbox(), pk=pk))


@router.post(
    "/notices/{int:pk}/acknowledge",
    response=NoticeOut,
    summary=_("Say that what it tells was read: nobody else is asked"),
)
@needs(Right.ACT, of=NOTICE)
def acknowledge_notice(request: HttpRequest, pk: int) -> NoticeOut:
    one = get_object_or_404(queries.outbox(), pk=pk)
    if one.alert is None:
        raise Problem("refused", gettext("It confirms an address: only who holds the address can answer it."))
    acknowledge_alert(alert=one.alert, by=caller(request).by, now=timezone.now())
    return notice_out(queries.outbox().get(pk=pk))
