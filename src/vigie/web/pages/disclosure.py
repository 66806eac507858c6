"""Anybody reports a weakness of an establishment, is given a reference, and follows how far it is: nothing more."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from vigie.apps.incidents import disclosing
from vigie.apps.incidents.disclosing import FIELDS, FOLLOW, LONG, Reporter
from vigie.apps.incidents.enums import WeaknessState
from vigie.apps.incidents.models import WeaknessReport
from vigie.apps.incidents.refusals import IncidentRefused, WordsRefused
from vigie.apps.notices.models import Notice
from vigie.apps.notices.tokens import read_token
from vigie.data.incident_rules import limits
from vigie.engine.incidents.reference import BadReference, read
from vigie.web.components.declaration import reference_sentence
from vigie.web.components.page import address_of

LABELS = {
    "structure": (_("Whose is it?"), _("Name of the hospital or of the structure, if you know it.")),
    "finess": (_("Its FINESS number, if you know it"), ""),
    "place": (_("At which address?"), _("portail.example.org, 203.0.113.17:8443, or a web address.")),
    "seen": (
        _("What is weak, and how can it be seen?"),
        _("What you saw, without going further. No data of a patient: say that there are some, do not show them."),
    ),
    "how": (_("How did you come upon it, and when?"), ""),
    "name": (_("Your name, or the one to credit"), _("May stay empty.")),
    "email": (_("Your e-mail address"), _("May stay empty: your reference and its code are enough to follow it.")),
}
TRAP = "website"  # a field that no person sees
NEXT = {
    WeaknessState.RECEIVED: _("The cell has not read it yet."),
    WeaknessState.VERIFYING: _("The cell has read it, and verifies it. Please publish nothing yet."),
    WeaknessState.MENDED: _("What you reported is mended. Thank you."),
    WeaknessState.CLOSED: _(
        "The cell closed it: it could not be seen, was known, or does not concern an establishment."
    ),
}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, {}, uuid4())
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    key = _key(request)
    try:
        made = disclosing.report(typed=typed, reporter=_reporter(request), key=key, now=timezone.now())
    except WordsRefused as refused:
        return _form(request, typed, key, refusal=str(refused), faults=refused.faults)
    except IncidentRefused as refused:
        return _form(request, typed, key, refusal=str(refused))
    return _state(request, made, code=disclosing.code_of(made))


def _reporter(request: HttpRequest) -> Reporter:
    return Reporter(
        address=address_of(request),
        language=translation.get_language() or "fr",
        wants_credit=request.POST.get("credit") == "on",
        is_suspect=bool(request.POST.get(TRAP, "")),
    )


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(hex=request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def _form(
    request: HttpRequest,
    typed: Mapping[str, str],
    key: UUID,
    *,
    refusal: str = "",
    faults: Mapping[str, str] | None = None,
) -> HttpResponse:
    told = faults or {}
    context = {
        "crumbs": [],
        "fields": [
            (name, label, hint, typed.get(name, ""), told.get(name, ""), name in LONG)
            for name, (label, hint) in LABELS.items()
        ],
        "credit": request.POST.get("credit") == "on",
        "trap": TRAP,
        "key": key.hex,
        "refusal": refusal,
        "rule": limits(timezone.localdate()),
        "contact": settings.VIGIE.security_contact,
        "cell_telephone": settings.VIGIE.cell_telephone,
    }
    return render(request, "web/pages/report_weakness.html", context, status=422 if refusal else 200)


def _state(request: HttpRequest, one: WeaknessReport, code: str = "") -> HttpResponse:
    context = {
        "crumbs": [],
        "report": one,
        "state": WeaknessState(one.state),
        "code": code,
        "what_next": NEXT[WeaknessState(one.state)],
        "own_address": reverse("web:follow-weakness"),
    }
    return render(request, "web/pages/weakness_state.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    refusal = ""
    if request.method == "POST":
        typed = request.POST.get("reference", "")
        slip = read(typed)
        try:
            one = disclosing.open_report(
                reference=typed,
                code=request.POST.get("code", ""),
                address=address_of(request),
                now=timezone.now(),
            )
        except IncidentRefused as refused:
            refusal = reference_sentence(slip) if isinstance(slip, BadReference) else str(refused)
        else:
            return _state(request, one)
    context = {"crumbs": [], "refusal": refusal, "reference": request.POST.get("reference", "")}
    return render(request, "web/pages/follow_weakness.html", context, status=422 if refusal else 200)


@login_not_required
@never_cache
@require_safe
def linked(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the receipt: the state, and nothing that was typed."""
    uid = read_token(token, "link")
    notice = Notice.objects.filter(uid=uid, opens=FOLLOW).first() if uid else None
    number = int(notice.key.split(":")[1]) if notice else 0
    one = WeaknessReport.objects.filter(pk=number).first()
    if one is None:
        context = {
            "crumbs": [],
            "refusal": gettext("This link is not whole: copy it from the message."),
            "reference": "",
        }
        return render(request, "web/pages/follow_weakness.html", context, status=410)
    return _state(request, one)


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116: whom to tell of a weakness, and until when this is good."""
    here, now = settings.VIGIE.public_url, timezone.now()
    form = here + reverse("web:report-weakness")
    contacts = [f"Contact: {form}"]
    if settings.VIGIE.security_contact:
        contacts.append(f"Contact: {settings.VIGIE.security_contact}")
    lines = [
        *contacts,
        f"Expires: {_expires(now, limits(now.date()).security_txt)}",
        "Preferred-Languages: fr, en",
        f"Canonical: {here}{reverse('web:security-txt')}",
        f"Policy: {form}",
    ]
    return HttpResponse("\r\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def _expires(now: datetime, good_for: timedelta) -> str:
    """The beginning of a day, so that the file is the same all day long."""
    until = (now + good_for).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return until.strftime("%Y-%m-%dT%H:%M:%SZ")
