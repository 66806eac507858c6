"""The page behind the link of a message, and the feed of a contact: no account is needed, and reading changes nothing.

Filters open the links of mails before people do: only a button, sent by POST, acknowledges. Whoever holds the link
sees numbers and dates; what the weaknesses are is behind the sign-in.
"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from vigie.apps.notices import actions, queries
from vigie.apps.notices.carrying import origin_of
from vigie.apps.notices.enums import NoticeKind
from vigie.apps.notices.models import Contact, Notice
from vigie.apps.notices.tokens import read_token
from vigie.apps.notices.wording import letter

OPENS = Notice._meta.get_field("opens").default  # the messages that lead here
PRIVATE = {"Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}  # no-referrer: browsers post from "null"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_notice(request: HttpRequest, token: str) -> HttpResponse:
    one = _notice(token)
    if one is None:
        return _private(render(request, "web/pages/open_notice.html", {"notice": None}, status=410))
    if request.method == "POST":
        _act(request, one)
        return _private(redirect("web:open-notice", token))
    alert = one.alert
    context = {
        "notice": one,
        "contact": one.contact,
        "alert": alert,
        "summary": queries.summary(alert) if alert else None,
        "is_verification": one.kind == NoticeKind.VERIFICATION,
        "can_declare_fix": actions.can_declare_fix(),
        "can_refuse": alert is not None and not alert.urgent,
        "now": timezone.now(),
    }
    return _private(render(request, "web/pages/open_notice.html", context))


def _notice(token: str) -> Notice | None:
    """The notice of a link, while its contact is one."""
    uid = read_token(token, "link")
    rows = (
        Notice.objects.filter(uid=uid, contact__isnull=False, contact__superseded_at=None, opens=OPENS)
        if uid
        else Notice.objects.none()
    )
    return rows.select_related("alert__establishment", "contact__establishment", "contact__group").first()


def _act(request: HttpRequest, one: Notice) -> None:
    contact = one.contact
    if contact is None:
        raise Http404  # `_notice` finds none
    by, now, deed = f"contact:{contact.pk} {contact.name}", timezone.now(), request.POST.get("deed")
    if deed == "refuse":
        try:
            actions.refuse_digest(contact=contact, urgent=one.urgent, by=by, now=now)
        except actions.UrgentCannotBeRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, gettext("No daily message is sent to you any more. Urgent ones still are."))
        return
    if one.alert is None:
        actions.confirm_contact(contact=contact, by=by, now=now)
        actions.acknowledge(notice=one, by=by, now=now)
        messages.success(request, gettext("Your address is confirmed. Thank you."))
        return
    actions.acknowledge(notice=one, by=by, now=now)
    if deed != "fixed":
        messages.success(request, gettext("It is noted that you have read it. Nobody else is asked."))
        return
    refusals = actions.declare_fix(alert=one.alert, by=by, now=now)
    messages.success(request, gettext("It is noted that it is fixed: what is fixed is closed when a look proves it."))
    for refusal in refusals:
        messages.error(request, refusal)


def _private(response: HttpResponse) -> HttpResponse:
    """The address itself is the key: it is neither passed on nor indexed."""
    for name, value in PRIVATE.items():
        response[name] = value
    return response


@login_not_required
@never_cache
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The messages of one contact as RSS, with as little detail as the messages."""
    uid = read_token(token, "feed")
    contact = Contact.objects.current().filter(uid=uid, valid_until=None).first() if uid else None
    if contact is None:
        raise Http404
    origin = origin_of(sender=settings.VIGIE.smtp_from, public_url=settings.VIGIE.public_url)
    with override(contact.language):
        told = Rss201rev2Feed(
            title=gettext("Vigie: your messages"),
            link=origin.public_url,
            description=gettext("Messages that wait for you. They hold no detail on purpose."),
            language=contact.language,
        )
    for one in queries.told_to(contact):
        link = origin.link(one)
        title = letter(one, link=link).subject
        told.add_item(title, link, title, unique_id=one.uid.hex, unique_id_is_permalink=False, pubdate=one.planned_at)
    response = HttpResponse(told.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")
    return _private(response)
