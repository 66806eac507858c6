"""What was declared: the list, one declaration with its versions, what the law asks, how to complete it."""

from dataclasses import dataclass, replace
from itertools import pairwise

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.apps.accounts.actions import actor
from vigie.apps.accounts.models import User
from vigie.apps.incidents import actions, queries, shared
from vigie.apps.incidents.answering import typed_again
from vigie.apps.incidents.enums import Certainty, IncidentState
from vigie.apps.incidents.models import Declaration
from vigie.apps.notices.models import Notice
from vigie.apps.notices.tokens import read_token
from vigie.apps.registry.enums import Right
from vigie.data.incident_rules import limits
from vigie.engine.incidents.answers import Fault
from vigie.web.access import viewer
from vigie.web.components.declaration import DeclarationForm, told, told_changes, typed_in
from vigie.web.components.duties import duty_of
from vigie.web.components.page import Crumb
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv

from .declaring import OFFICIAL_PORTAL
from .own import held, holds, remember

COLUMNS = (
    Column("reference", _("Reference"), ("reference",), lambda row: row.reference),
    Column(
        "establishment",
        _("Establishment"),
        ("establishment__name",),
        lambda row: row.establishment.name if row.establishment else "",
    ),
    Column("received", _("Received"), ("received_at",), lambda row: row.received_at.isoformat(timespec="minutes")),
    Column("state", _("State"), ("incident__state",), lambda row: row.incident.get_state_display()),
    Column("due", _("Next legal deadline"), ("due_at",), lambda row: row.due_at.isoformat() if row.due_at else ""),
)
NEXT = {
    IncidentState.DECLARED: _("It was received. The national cell reads it next, day and night when care is touched."),
    IncidentState.QUALIFYING: _("The national cell has it in hand and may call you."),
    IncidentState.QUALIFIED: _("The national cell has said what it is. Those whom the law names are told."),
    IncidentState.HANDLING: _("The national cell helps you with it."),
    IncidentState.CONTAINED: _("It spreads no more. Say when everything works again."),
    IncidentState.RESTORED: _("Everything works again. The national cell closes it once nothing is left to learn."),
    IncidentState.CLOSED: _("It is closed. If it comes back, complete this declaration: it is opened again."),
    IncidentState.NOT_AN_INCIDENT: _("The national cell judged that it is no incident. Complete it if you disagree."),
    IncidentState.MERGED: _("It is handled together with others of the same cause."),
}
# The policy of all pages (same-origin) stays: without any referrer a browser sends forms from origin "null", refused.
PRIVATE = {"X-Robots-Tag": "noindex"}


@require_safe
def declarations(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), viewer(request)
    rows = queries.declarations_of(user, now)
    if wants_csv(request):
        return csv_response(sorted_by(rows, COLUMNS, request, "-received"), COLUMNS, f"vigie-declarations-{now.date()}")
    context = {
        "crumbs": [Crumb(gettext("Declarations of incidents"))],
        "table": table(rows, COLUMNS, request, "-received"),
        "shared_under_way": shared.under_way().count(),
        "standing": rows.filter(incident__ended_at=None).count(),
        "drafts": [(one, queries.code_of(one)) for one in queries.own_drafts(user)],
        "now": now,
    }
    return render(request, "web/pages/declarations.html", context)


@dataclass(frozen=True, slots=True)
class Way:
    """By which door a declaration is read: the account's, or the browser's that declared it."""

    declaration: Declaration
    by: str
    page: str
    complete: str
    submit: str
    attach: str
    may_write: bool
    code: str = ""  # of the browser that declared: it holds no account
    may_take_away: bool = False  # the files
    may_purge: bool = False


def of_account(request: HttpRequest, reference: str) -> Way:
    now, user = timezone.now(), viewer(request)
    rows = Declaration.objects.visible_to(user, now).select_related("incident", "establishment")
    one = get_object_or_404(rows, reference=reference)
    writes = Declaration.objects.visible_to(user, now, Right.DECLARE_INCIDENT).filter(pk=one.pk).exists()
    way = _way(one, actor(user), "", may_write=writes)
    return replace(way, may_take_away=True, may_purge=user.has(Right.HANDLE_INCIDENTS, now))


def of_browser(request: HttpRequest, reference: str) -> Way | None:
    one = holds(request, reference)
    if one is None or one.submitted_at is None:
        return None
    who = actor(request.user) if isinstance(request.user, User) else f"declarant:{reference}"
    return _way(one, who, "own-", may_write=True, code=queries.code_of(one))


def _way(one: Declaration, by: str, head: str, *, may_write: bool, code: str = "") -> Way:
    return Way(
        declaration=one,
        by=by,
        page=reverse(f"web:{head}declaration", args=[one.reference]),
        complete=reverse(f"web:{head}declaration-complete", args=[one.reference]),
        submit=reverse(f"web:{head}declaration-submit", args=[one.reference]),
        attach=reverse(f"web:{head}declaration-attach", args=[one.reference]),
        may_write=may_write,
        code=code,
    )


@require_safe
def declaration(request: HttpRequest, reference: str) -> HttpResponse:
    return _page(request, of_account(request, reference))


@login_not_required
@never_cache
@require_safe
def own(request: HttpRequest, reference: str) -> HttpResponse:
    way = of_browser(request, reference)
    return redirect("web:resume-declaration") if way is None else private(_page(request, way))


def _page(request: HttpRequest, way: Way) -> HttpResponse:
    now, one = timezone.now(), way.declaration
    versions = list(one.versions.order_by("number"))
    texts = [typed_again(version) for version in versions]
    differing = [told_changes(queries.changes(*pair)) for pair in pairwise(texts)]
    owed = one.obligations.filter(withdrawn_at=None).order_by(F("due_at").asc(nulls_last=True), "pk")
    context = {
        "crumbs": [Crumb(gettext("Declaration %(reference)s") % {"reference": one.reference})],
        "way": way,
        "declaration": one,
        "incident": one.incident,
        "what_next": NEXT[IncidentState(one.incident.state)],
        "blocks": told(texts[-1]),
        "history": list(zip(versions, [[], *differing], strict=True))[::-1],
        "duties": [duty_of(row, now) for row in owed if row.certainty == Certainty.APPLIES],
        "perhaps": [duty_of(row, now) for row in owed if row.certainty == Certainty.MAY_APPLY],
        "files": one.attachments.order_by("at", "pk"),
        "file_limits": limits(now.date()),
        "now": now,
        "competent": settings.VIGIE.competent_authority,
        "portal": OFFICIAL_PORTAL,
        "cell_telephone": settings.VIGIE.cell_telephone,
    }
    return render(request, "web/pages/declaration.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def complete(request: HttpRequest, reference: str) -> HttpResponse:
    return _complete(request, of_account(request, reference))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complete_own(request: HttpRequest, reference: str) -> HttpResponse:
    way = of_browser(request, reference)
    return redirect("web:resume-declaration") if way is None else private(_complete(request, way))


def _complete(request: HttpRequest, way: Way) -> HttpResponse:
    faults: tuple[Fault, ...] = ()
    refusal = ""
    typed = typed_again(way.declaration.versions.latest("number"))
    if request.method == "POST":
        typed = typed_in(request.POST)
        over = request.POST.get("deed") == "resolved"
        try:
            actions.follow_up(declaration=way.declaration, typed=typed, by=way.by, now=timezone.now(), resolution=over)
        except actions.AnswersRefused as refused:
            faults, refusal = refused.faults, str(refused)
        else:
            messages.success(
                request, gettext("Thank you: what you added is received, and what you said before is kept.")
            )
            return redirect(way.page)
    form = DeclarationForm(typed, faults)
    context = {
        "crumbs": [
            Crumb(gettext("Declaration %(reference)s") % {"reference": way.declaration.reference}, way.page),
            Crumb(gettext("Complete")),
        ],
        "way": way,
        "blocks": form.blocks(),
        "faults": [(form[fault.field], form.faults[fault.field]) for fault in faults],
        "refusal": refusal,
    }
    return render(request, "web/pages/complete_declaration.html", context, status=422 if refusal else 200)


@require_POST
def submit(request: HttpRequest, reference: str) -> HttpResponse:
    return _submit(request, of_account(request, reference))


@login_not_required
@never_cache
@require_POST
def submit_own(request: HttpRequest, reference: str) -> HttpResponse:
    way = of_browser(request, reference)
    return redirect("web:resume-declaration") if way is None else private(_submit(request, way))


def _submit(request: HttpRequest, way: Way) -> HttpResponse:
    number = request.POST.get("obligation", "")
    row = way.declaration.obligations.filter(pk=int(number) if number.isdecimal() and len(number) < 19 else 0).first()
    if row is None:
        raise Http404
    now, told_reference = timezone.now(), request.POST.get("authority_reference", "")
    told_reference = "".join(c for c in told_reference if c.isprintable())
    try:
        actions.submit(obligation=row, at=now, authority_reference=told_reference, by=way.by, now=now)
    except actions.IncidentRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("It is noted that you told this authority: its clock has stopped."))
    return redirect(way.page)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link that confirms an address. Filters open links before people do: only the button confirms."""
    notice, one = _linked(token, "/incidents/confirm/")
    if notice is None or one is None:
        return private(render(request, "web/pages/confirm_declaration.html", {"declaration": None}, status=410))
    refusal = ""
    if request.method == "POST":
        try:
            actions.confirm(
                declaration=one, asked_at=notice.planned_at, by=f"declarant:{one.reference}", now=timezone.now()
            )
        except actions.IncidentRefused as refused:
            refusal = str(refused)
        else:
            messages.success(request, gettext("Your declaration is confirmed. Thank you."))
            return private(remember(redirect("web:own-declaration", one.reference), one, held(request)))
    context = {"declaration": one, "refusal": refusal, "crumbs": []}
    return private(render(request, "web/pages/confirm_declaration.html", context, status=409 if refusal else 200))


@login_not_required
@never_cache
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a receipt or of a reminder: to the page of the declaration."""
    _notice, one = _linked(token, "/incidents/follow/")
    if one is None:
        return private(render(request, "web/pages/confirm_declaration.html", {"declaration": None}, status=410))
    return private(remember(redirect("web:own-declaration", one.reference), one, held(request)))


def _linked(token: str, opens: str) -> tuple[Notice | None, Declaration | None]:
    """The message of a link, and the declaration that it is about."""
    uid = read_token(token, "link")
    notice = Notice.objects.filter(uid=uid, opens=opens).first() if uid else None
    if notice is None:
        return None, None
    subject, number, _step = notice.key.split(":")
    rows = Declaration.objects.submitted().select_related("incident", "establishment")
    if subject == "obligation":
        return notice, rows.filter(obligations=int(number)).first()
    return notice, rows.filter(pk=int(number)).first()


def private(response: HttpResponse) -> HttpResponse:
    for name, value in PRIVATE.items():
        response[name] = value
    return response
