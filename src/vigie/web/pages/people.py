"""Who has an account, and what each may see and do: invite, give and end roles, end sessions."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from vigie.apps.accounts import actions, queries, second_factor, sessions
from vigie.apps.accounts.actions import RoleRefused
from vigie.apps.accounts.enums import RoleKind
from vigie.apps.accounts.models import Role, User
from vigie.apps.assets import signing
from vigie.web.access import viewer
from vigie.web.components.forms import PlainForm
from vigie.web.components.page import Crumb, asked, by
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv

DIRECTORS_SHOWN = 100
COLUMNS = (
    Column("name", _("Person"), ("name", "email"), lambda one: one.name),
    Column("email", _("E-mail address"), ("email",), lambda one: one.email),
    Column("roles", _("Roles in force"), (), lambda one: "; ".join(told(role) for role in one.current_roles)),
    Column("last", _("Last sign-in"), ("last_login",), lambda one: one.last_login and one.last_login.isoformat()),
    Column(
        "account", _("Account"), ("is_active",), lambda one: gettext("open") if one.is_active else gettext("closed")
    ),
)


def told(role: Role) -> str:
    """A role in one line: what, over whom, until when."""
    over = role.over.name if role.over else gettext("the nation")
    line = f"{role.get_kind_display()}, {over}"
    if role.valid_until is None:
        return line
    return gettext("%(role)s, until %(day)s") % {"role": line, "day": last_day(role.valid_until).isoformat()}


def last_day(until: datetime) -> date:
    return timezone.localdate(until - timedelta(seconds=1))


def end_of(day: date | None) -> datetime | None:
    """The moment after the last second of that day, on the clock of the installation."""
    if day is None:
        return None
    following = day + timedelta(days=1)
    return timezone.make_aware(datetime(following.year, following.month, following.day))  # noqa: DTZ001


class RoleForm(PlainForm):
    kind = forms.ChoiceField(label=_("Role"), choices=RoleKind.choices)
    over = forms.CharField(
        label=_("Over whom"),
        max_length=60,
        help_text=_("A FINESS number; group:CODE, region:CODE or department:CODE; or nation."),
    )
    until = forms.DateField(
        label=_("Until, that day included"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: no end. A replacement, a service provider or a mission has one."),
    )

    def clean_over(self) -> Any:
        try:
            return queries.over_named(self.cleaned_data["over"].strip())
        except queries.NotInRegistry as error:
            raise forms.ValidationError(gettext("This is not in the registry.")) from error

    def clean_until(self) -> datetime | None:
        return end_of(self.cleaned_data["until"])


class InvitationForm(RoleForm):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    field_order = ("email", "name", "kind", "over", "until")


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    rows = _wanted(queries.people(now), asked(request, "q"), asked(request, "role"), now)
    if wants_csv(request):
        return csv_response(sorted_by(rows, COLUMNS, request, "name"), COLUMNS, "vigie-people")
    page = table(rows, COLUMNS, request, "name", shape=lambda found: _with_failures(found, now))
    context = {
        "crumbs": [Crumb(gettext("People"))],
        "directors": signing.directors_to_invite(now)[:DIRECTORS_SHOWN],
        "directors_count": signing.directors_to_invite(now).count(),
        "table": page,
        "without_role": User.objects.filter(is_active=True).exclude(roles__in=Role.objects.in_force(now)).count(),
        "asked": request.GET,
        "roles": RoleKind.choices,
    }
    return render(request, "web/pages/people.html", context)


def _with_failures(found: Iterable[User], now: datetime) -> list[tuple[User, int]]:
    rows = list(found)
    failures = queries.failures_of([one.email for one in rows], now)
    return [(one, failures.get(one.email, 0)) for one in rows]


def _wanted(rows: QuerySet[User], text: str, kind: str, now: datetime) -> QuerySet[User]:
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(email__icontains=text))
    if kind in RoleKind.values:
        rows = rows.filter(pk__in=Role.objects.in_force(now).filter(kind=kind).values("user"))
    return rows


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    suggested = {name: asked(request, name) for name in ("kind", "over")}
    form = InvitationForm(request.POST or None, initial=suggested)
    crumbs = [Crumb(gettext("People"), reverse("web:people")), Crumb(gettext("Invite somebody"))]
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            role, token = actions.invite(
                email=given["email"],
                name=given["name"],
                kind=given["kind"],
                over=given["over"],
                until=given["until"],
                by=by(request),
                now=timezone.now(),
            )
        except RoleRefused as refused:
            form.add_error(None, gettext(str(refused)))
        else:
            return shown_once(request, role.user, token, reverse("web:person", args=[role.user_id]))
    context = {"crumbs": crumbs, "form": form}
    return render(request, "web/pages/invite.html", context, status=422 if form.errors else 200)


def shown_once(request: HttpRequest, user: User, token: str | None, way_on: str) -> HttpResponse:
    """The link of an invitation, in the answer to the form and nowhere else; without one, back with a sentence."""
    if token is None:
        messages.success(request, gettext("The role is given. This person has an account, and signs in as before."))
        return redirect(way_on)
    link = settings.VIGIE.public_url + reverse("web:link", args=[token])
    return render(request, "web/pages/link_once.html", {"link": link, "person": user, "way_on": way_on})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    one, now = get_object_or_404(User, pk=pk), timezone.now()
    deed = request.POST.get("deed", "")
    form = RoleForm(request.POST if deed == "grant" else None)
    if request.method == "POST":
        answer = _grant(request, one, form) if deed == "grant" else _act(request, one, deed)
        if answer is not None:
            return answer
    roles = one.roles.select_related("establishment", "group", "territory", "delegated_from__user").order_by("-pk")
    held = [role for role in roles if role.is_in_force(now)]
    context = {
        "crumbs": [Crumb(gettext("People"), reverse("web:people")), Crumb(one.name or one.email)],
        "person": one,
        "held": [(role, last_day(role.valid_until) if role.valid_until else None) for role in held],
        "past": [role for role in roles if role not in held][:50],
        "form": form,
        "sessions": sessions.sessions_of(one, now),
        "proofs": second_factor.proofs_of(one).count(),
        "links": one.openid_links.order_by("pk"),
        "failures": queries.failures_of([one.email], now).get(one.email, 0),
        "is_me": one.pk == viewer(request).pk,
    }
    return render(request, "web/pages/person.html", context, status=422 if form.errors else 200)


def _grant(request: HttpRequest, one: User, form: RoleForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    given = form.cleaned_data
    try:
        actions.refuse_oneself(giver=viewer(request), receiver=one)
        actions.grant_role(
            user=one,
            kind=given["kind"],
            over=given["over"],
            valid_until=given["until"],
            by=by(request),
            now=timezone.now(),
        )
    except RoleRefused as refused:
        form.add_error(None, gettext(str(refused)))
        return None
    messages.success(request, gettext("The role is given."))
    return redirect("web:person", one.pk)


def _act(request: HttpRequest, one: User, deed: str) -> HttpResponse:
    now, who = timezone.now(), by(request)
    if deed == "again":
        token = actions.start_again(user=one, by=who, now=now)
        return shown_once(request, one, token, reverse("web:person", args=[one.pk]))
    done: dict[str, tuple[Callable[..., object], str]] = {
        "sessions": (sessions.end_all_sessions, gettext("Their sessions have ended.")),
        "open": (actions.open_account, gettext("The account is open again.")),
        "close": (actions.close_account, gettext("The account is closed: nobody signs in by it any more.")),
    }
    if deed == "end":
        _end_role(request, one, now)
    elif deed in done and not (deed == "close" and one.pk == viewer(request).pk):
        act, words = done[deed]
        act(user=one, by=who, now=now)
        messages.success(request, words)
    else:
        messages.error(request, gettext("Nothing was done: somebody else must do that."))
    return redirect("web:person", one.pk)


def _end_role(request: HttpRequest, one: User, now: datetime) -> None:
    number = request.POST.get("role", "")
    role = get_object_or_404(one.roles, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
    try:
        actions.end_role(role=role, by=by(request), now=now)
    except RoleRefused as refused:
        messages.error(request, gettext(str(refused)))
    else:
        messages.success(request, gettext("The role has ended, and with it what was delegated from it."))
