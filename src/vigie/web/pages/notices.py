"""What was sent, to whom, and what became of it; what waits for a release, a call, or a mail server."""

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from vigie.apps.notices import actions, queries
from vigie.apps.notices.carrying import Origin, as_call, origin_of
from vigie.apps.notices.enums import ContactRole, NoticeChannel, NoticeState
from vigie.apps.notices.hours import is_quiet
from vigie.apps.notices.models import Alert, Mailing, Notice
from vigie.apps.notices.wording import letter
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.data.notice_rules import Recipient, Step, escalation, notice_rule
from vigie.web.access import viewer
from vigie.web.components.page import Crumb, asked, by, way_back
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv

COLUMNS = (
    Column("planned", _("Written"), ("planned_at",), lambda row: row.planned_at.isoformat(timespec="minutes")),
    Column(
        "establishment",
        _("Concerns"),
        ("alert__establishment__name",),
        lambda row: row.alert.establishment.name if row.alert else "",
    ),
    Column("contact", _("To"), ("contact__name",), lambda row: row.told_to),
    Column("kind", _("Kind"), ("kind",), lambda row: row.get_kind_display()),
    Column("urgent", _("Urgent"), (), lambda row: gettext("yes") if row.urgent else gettext("no"), in_page=False),
    Column("language", _("Language"), (), lambda row: row.language, in_page=False),
    Column("leaves", _("Leaves from"), (), lambda row: row.not_before.isoformat(timespec="minutes"), in_page=False),
    Column("channel", _("By"), ("channel",), lambda row: row.get_channel_display()),
    Column("state", _("State"), ("state",), lambda row: row.get_state_display()),
    Column(
        "sent", _("Sent"), ("sent_at",), lambda row: row.sent_at.isoformat(timespec="minutes") if row.sent_at else ""
    ),
    Column("repeats", _("Repetitions"), ("repeats",), lambda row: row.repeats, "v-num"),
)

FUNNEL = (
    Column("label", _("Occasion"), (), lambda row: row.label),
    Column("made", _("Day"), (), lambda row: timezone.localdate(row.made_at)),
    Column("establishments", _("Establishments"), (), lambda row: row.establishments),
    Column("things", _("Told"), (), lambda row: row.things),
    Column("sent", _("Sent"), (), lambda row: row.sent),
    Column("delivered", _("Delivered"), (), lambda row: row.delivered),
    Column("acknowledged", _("Acknowledged"), (), lambda row: row.acknowledged),
    Column("planned", _("Planned"), (), lambda row: row.planned),
    Column("declared", _("Declared fixed"), (), lambda row: row.declared),
    Column("verified", _("Fixed, verified"), (), lambda row: row.verified),
    Column("dropped", _("Ended otherwise"), (), lambda row: row.dropped),
)


def followed(request: HttpRequest) -> QuerySet[Establishment]:
    return Establishment.objects.visible_to(viewer(request), timezone.now(), Right.FINDINGS)


def origin() -> Origin:
    return origin_of(sender=settings.VIGIE.smtp_from, public_url=settings.VIGIE.public_url)


def outbox(request: HttpRequest) -> QuerySet[Notice]:
    return queries.outbox().visible_to(viewer(request), timezone.now())


def _filtered(request: HttpRequest) -> QuerySet[Notice]:
    rows = outbox(request)
    if (state := asked(request, "state")) in NoticeState.values:
        rows = rows.filter(state=state)
    if (urgent := asked(request, "urgent")) in {"1", "0"}:
        rows = rows.filter(urgent=urgent == "1")
    if finess := asked(request, "establishment"):
        rows = rows.filter(alert__establishment__finess=finess)
    return rows


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), viewer(request)
    rows = _filtered(request)
    if wants_csv(request):
        return csv_response(sorted_by(rows, COLUMNS, request, "-planned"), COLUMNS, f"vigie-notices-{now.date()}")
    seen = followed(request)
    context = {
        "crumbs": [Crumb(gettext("Notices"))],
        "table": table(rows, COLUMNS, request, "-planned"),
        "waiting": queries.waiting(seen),
        "no_mail_server": settings.VIGIE.smtp_url is None,
        "held": queries.held_mailings() if user.has(Right.LAUNCH, now) else [],
        "to_call": queries.telephone_list(seen),
        "rule": notice_rule(timezone.localdate(now)),
        "quiet": is_quiet(now, notice_rule(timezone.localdate(now))),
        "states": NoticeState.choices,
        "asked": request.GET,
        "now": now,
    }
    return render(request, "web/pages/notices.html", context)


@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(outbox(request), pk=pk)
    source = origin()
    # The link opens the alert in the name of the contact: it is shown to nobody else.
    hidden = f"{source.public_url}/notices/open/…"
    words = letter(one, link=hidden) if one.channel == NoticeChannel.EMAIL else None
    call = None if words else as_call(one, source, timezone.now()) | {"link": hidden}
    context = {
        "crumbs": [Crumb(gettext("Notices"), reverse("web:notices")), Crumb(gettext("Notice %(n)d") % {"n": one.pk})],
        "notice": one,
        "words": words,
        "call": call,
        "sender": source.sender,
        "events": one.events.order_by("pk"),
        "items": one.alert.items.order_by("deadline", "pk") if one.alert else [],
        "next_step": queries.next_step(one.alert) if one.alert else None,
        "no_mail_server": settings.VIGIE.smtp_url is None,
        "now": timezone.now(),
    }
    return render(request, "web/pages/notice.html", context)


@require_safe
def funnel(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    rows, rule = queries.funnel(followed(request)), escalation(timezone.localdate(now))
    if wants_csv(request):
        return csv_response(rows, FUNNEL, f"vigie-funnel-{now.date()}")
    context = {
        "crumbs": [Crumb(gettext("Notices"), reverse("web:notices")), Crumb(gettext("From the message to the fix"))],
        "rows": rows,
        "told": sum(row.things for row in rows),
        "verified": sum(row.verified for row in rows),
        "rule": rule,
        "urgent_steps": [(_who(step), step) for step in rule.urgent],
        "digest_steps": [(_who(step), step) for step in rule.digest],
    }
    return render(request, "web/pages/funnel.html", context)


def _who(step: Step) -> str:
    if step.recipient is Recipient.TELEPHONE:
        return gettext("a person on duty telephones")
    return str(ContactRole(step.recipient.value).label)


@require_POST
def judge_mailing(request: HttpRequest, pk: int) -> HttpResponse:
    mailing, now = get_object_or_404(Mailing, pk=pk), timezone.now()
    try:
        if request.POST.get("deed") == "withhold":
            actions.withhold(mailing=mailing, by=by(request), now=now)
            messages.success(request, gettext("Nothing of it is sent. Your decision is recorded."))
        elif actions.agree(mailing=mailing, by=by(request), now=now):
            messages.success(request, gettext("It is released: the messages leave now."))
        else:
            messages.success(request, gettext("Your agreement is recorded. Another person has to release it."))
    except actions.NoticeRefused as refused:
        messages.error(request, str(refused))
    return redirect("web:notices")


@require_POST
def note_call(request: HttpRequest, pk: int) -> HttpResponse:
    seen = Establishment.objects.visible_to(viewer(request), timezone.now(), Right.ACT)
    alert = get_object_or_404(Alert, pk=pk, establishment__in=seen)
    answered = request.POST.get("answered") == "yes"
    try:
        actions.note_call(
            alert=alert, answered=answered, told=request.POST.get("told", ""), by=by(request), now=timezone.now()
        )
    except actions.NoticeRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("The call is recorded."))
    return redirect(way_back(request) if request.POST.get("next") else "web:calls")
