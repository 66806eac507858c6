"""One incident: what it is, whom to tell, what to do, what was known before, and what the cell does about it."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from vigie.apps.accounts.models import Role, User
from vigie.apps.findings.models import Finding
from vigie.apps.incidents import actions
from vigie.apps.incidents.authorities import to_call
from vigie.apps.incidents.enums import ConditionName
from vigie.apps.incidents.known_before import known_before
from vigie.apps.incidents.models import Declaration, Incident, Route
from vigie.apps.incidents.triage import with_clocks
from vigie.apps.registry.enums import Right
from vigie.data.incident_rules import routes
from vigie.data.playbooks import Phase, Playbook, playbook_for, playbooks
from vigie.engine.incidents.lifecycle import Deed, State, possible
from vigie.web.access import viewer
from vigie.web.components.gravity import criteria
from vigie.web.components.page import Crumb, by, establishment_crumbs

from .passing_on import RESTRICTED
from .triage import place

MOST_EVENTS = 200
MOST_DECLARATIONS = 100
# Of the table of the life of an incident, what is a button of its page; to qualify and to declare have pages.
BUTTONS = {
    Deed.START_QUALIFYING: "take",
    Deed.HANDLE: "handle",
    Deed.CONTAIN: "contain",
    Deed.RESTORE: "restore",
    Deed.CLOSE: "close",
    Deed.DISMISS: "dismiss",
    Deed.REOPEN: "reopen",
    Deed.MERGE: "merge",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One authority, why it must be told, and what the text says."""

    row: Route
    why: list[str]
    reference: str
    confirmed: bool
    is_late: bool


@require_safe
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    now, user = timezone.now(), viewer(request)
    one = get_object_or_404(with_clocks(Incident.objects.visible_to(user, now)), pk=pk)
    scope = user.scope(Right.INCIDENTS, now)
    handles = user.has(Right.HANDLE_INCIDENTS, now)
    book = playbooks().get(request.GET.get("playbook", "")) or playbook_for(one.kind)
    support = list(one.support.order_by("-at", "-pk"))
    told = list(one.routes.filter(withdrawn_at=None).order_by("due_at", "pk"))
    context = {
        "crumbs": _crumbs(request, one),
        "incident": one,
        "place": place(one),
        "handles": handles,
        "is_cell": scope.nation,  # the cell and its auditors: what they write among themselves is theirs
        "may_take_away": (scope.nation or scope.essential) and one.qualified_at is not None,
        "deeds": {BUTTONS[deed] for deed in possible(State(one.state)) if deed in BUTTONS},
        "may_qualify": Deed.QUALIFY in possible(State(one.state)),
        "criteria": criteria(one),
        "ours": [_told(row, now) for row in told if row.sent_by_us and row.certainty == "yes"],
        "theirs": [_told(row, now) for row in told if not row.sent_by_us and row.certainty == "yes"],
        "perhaps": [_told(row, now) for row in told if row.certainty != "yes"],
        "to_call": {one.route.pk: one for one in to_call(Incident.objects.filter(pk=pk), now)} if handles else {},
        "declarations": list(
            one.declarations.submitted().select_related("establishment").order_by("received_at")[:100]
        ),
        "book": book,
        "books": sorted(playbooks().values(), key=lambda each: each.slug),
        "phases": _phases(one, book),
        "language": "en" if (translation.get_language() or "").startswith("en") else "fr",
        "known": known_before(one, Finding.objects.visible_to(user, now)) if user.has(Right.FINDINGS, now) else None,
        "support": support,
        "minutes": sum(entry.minutes for entry in support),
        "events": list(one.events.order_by("-pk")[:MOST_EVENTS]),
        "people": people_of_the_cell(now) if handles else [],
        "now": now,
    }
    return render(request, "web/pages/incident.html", context)


def _declarations(one: Incident) -> list[Declaration]:
    rows = one.declarations.submitted().select_related("establishment")
    return list(rows.order_by("received_at")[:MOST_DECLARATIONS])


def _crumbs(request: HttpRequest, one: Incident) -> list[Crumb]:
    number = gettext("Incident %(number)d") % {"number": one.pk}
    if one.establishment is not None and viewer(request).has(Right.LEVELS, timezone.now()):
        return establishment_crumbs(one.establishment, Crumb(number))
    return [Crumb(gettext("Incidents"), reverse("web:incidents")), Crumb(number)]


def _told(row: Route, now: datetime) -> Told:
    rules = {rule.authority: rule for rule in routes(row.written_at.date()).rules}
    rule = rules.get(row.authority)
    return Told(
        row,
        [str(ConditionName(slug).label) for slug in row.why if slug not in RESTRICTED],
        rule.reference if rule else "",
        confirmed=rule is not None and rule.confirmed,
        is_late=row.due_at is not None and (row.told_at or now) > row.due_at,
    )


def _phases(one: Incident, book: Playbook | None) -> list[tuple[str, list[tuple[object, object]]]]:
    """Phase -> its steps, each with who did it, or None."""
    if book is None:
        return []
    done = {row.step: row for row in one.steps.filter(playbook=book.slug, undone_at=None)}
    return [
        (phase.value, [(step, done.get(step.slug)) for step in book.steps if step.phase is phase]) for phase in Phase
    ]


def people_of_the_cell(now: datetime) -> list[User]:
    """Whoever can handle incidents today."""
    roles = Role.objects.in_force(now).filter(kind__in=["national_analyst", "duty_manager"])
    return list(User.objects.filter(pk__in=roles.values("user"), is_active=True).order_by("name", "email"))


@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a step of a playbook, or take the tick back."""
    one = get_object_or_404(Incident, pk=pk)
    book, slug = request.POST.get("playbook", ""), request.POST.get("step", "")
    act = actions.undo_step if request.POST.get("done") == "no" else actions.do_step
    tell_how_it_went(request, lambda: act(incident=one, playbook=book, step=slug, by=by(request), now=timezone.now()))
    return redirect(f"{reverse('web:incident', args=[pk])}?playbook={book if book in playbooks() else ''}#help")


@require_POST
def authority(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a message go, note that an authority was told by telephone, or that it said that it has read."""
    number = request.POST.get("route", "")
    route = get_object_or_404(
        Route.objects.select_related("incident").filter(incident=pk),
        pk=int(number) if number.isdecimal() and len(number) < 19 else 0,
    )
    who, now = by(request), timezone.now()
    words = _line(request, "reference")
    deeds = {
        "write": lambda: actions.let_go(route=route, by=who, now=now),
        "called": lambda: actions.tell(route=route, by=who, now=now, how="telephone", acknowledgement=words),
        "read": lambda: actions.acknowledge(route=route, acknowledgement=words, by=who, now=now),
    }
    deed = deeds.get(request.POST.get("deed", ""))
    if deed is None:
        raise Http404
    tell_how_it_went(request, deed)
    return redirect(reverse("web:incident", args=[pk]) + "#authorities")


@require_POST
def do(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """One deed of the cell; the table of what may follow what refuses what cannot be done now."""
    one = get_object_or_404(Incident, pk=pk)
    if deed not in DEEDS:
        raise Http404
    tell_how_it_went(request, lambda: DEEDS[deed](request, one, timezone.now()))
    return redirect("web:incident", pk)


def tell_how_it_went(request: HttpRequest, act: object) -> None:
    try:
        act()  # type: ignore[operator]
    except actions.IncidentRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("It is done, and it is in the history."))


def _line(request: HttpRequest, name: str, most: int = 100) -> str:
    return "".join(c for c in request.POST.get(name, "") if c.isprintable()).strip()[:most]


def words_of(request: HttpRequest, name: str = "words") -> str:
    """Several lines, without what no database keeps."""
    return "".join(c for c in request.POST.get(name, "") if c.isprintable() or c in "\r\n\t").strip()[:4000]


def _at(request: HttpRequest) -> datetime | None:
    """When it was so, in local time; None when it is not said. Raises Incomplete."""
    told = request.POST.get("at", "").strip()
    if not told:
        return None
    try:
        return timezone.make_aware(datetime.fromisoformat(told).replace(tzinfo=None))
    except (ValueError, OverflowError) as error:
        raise actions.Incomplete(gettext("Write the day and the hour so: 2026-11-23 05:30.")) from error


def _move(deed: Deed):  # type: ignore[no-untyped-def]
    return lambda request, one, now: actions.move(incident=one, deed=deed, by=by(request), now=now, at=_at(request))


def _end(deed: Deed):  # type: ignore[no-untyped-def]
    return lambda request, one, now: actions.end(
        incident=one, deed=deed, reason=words_of(request), by=by(request), now=now
    )


def _assign(request: HttpRequest, one: Incident, now: datetime) -> None:
    told = request.POST.get("to", "")
    to = next((person for person in people_of_the_cell(now) if str(person.pk) == told), None)
    if told and to is None:
        raise actions.Incomplete(gettext("Choose somebody of the cell."))
    actions.assign(incident=one, to=to, by=by(request), now=now, words=words_of(request))


def _take(request: HttpRequest, one: Incident, now: datetime) -> None:
    """In hand, and followed by whoever took it."""
    actions.start_qualifying(incident=one, by=by(request), now=now)
    actions.assign(incident=one, to=viewer(request), by=by(request), now=now)


def _support(request: HttpRequest, one: Incident, now: datetime) -> None:
    told = request.POST.get("minutes", "")
    minutes = int(told) if told.isdecimal() and len(told) < 6 else 0
    actions.log_support(
        incident=one, words=words_of(request), minutes=minutes, at=_at(request) or now, by=by(request), now=now
    )


def _merge(request: HttpRequest, one: Incident, now: datetime) -> None:
    told = request.POST.get("into", "").strip().removeprefix("#")
    into = Incident.objects.standing().filter(pk=int(told) if told.isdecimal() and len(told) < 19 else 0).first()
    if into is None:
        raise actions.Incomplete(gettext("Give the number of an incident that is not over, like #12."))
    actions.merge(incident=one, into=into, by=by(request), now=now)


def _split(request: HttpRequest, one: Incident, now: datetime) -> None:
    declaration = one.declarations.submitted().filter(reference=request.POST.get("declaration", "")).first()
    if declaration is None:
        raise actions.Incomplete(gettext("This declaration is not of this incident."))
    actions.split(declaration=declaration, reason=words_of(request), by=by(request), now=now)


DEEDS = {
    "take": _take,
    "handle": _move(Deed.HANDLE),
    "contain": _move(Deed.CONTAIN),
    "restore": _move(Deed.RESTORE),
    "close": _end(Deed.CLOSE),
    "dismiss": _end(Deed.DISMISS),
    "reopen": lambda request, one, now: actions.reopen(incident=one, reason=words_of(request), by=by(request), now=now),
    "assign": _assign,
    "note": lambda request, one, now: actions.remark(incident=one, words=words_of(request), by=by(request), now=now),
    "support": _support,
    "merge": _merge,
    "split": _split,
}
