"""Whom to tell for an establishment, a group or a territory: declare, confirm by telephone, end."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from vigie.apps.notices import actions, queries
from vigie.apps.notices.contacts import Owner
from vigie.apps.notices.enums import ContactRole
from vigie.apps.notices.models import Contact
from vigie.apps.notices.terms import owner_kind, roles_of
from vigie.apps.notices.tokens import feed_token, webhook_secret
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.apps.registry.queries import within
from vigie.web.access import viewer
from vigie.web.components.forms import PlainForm
from vigie.web.components.page import Crumb, by, establishment_crumbs, territory_crumbs
from vigie.web.components.tables import Column, csv_response, wants_csv

UNREACHED_SHOWN = 200
COLUMNS = (  # without the secrets of the feed and of the webhook
    Column("role", _("Role"), (), lambda one: one.get_role_display()),
    Column("name", _("Name"), (), lambda one: one.name),
    Column("email", _("E-mail address"), (), lambda one: one.email),
    Column("telephone", _("Telephone"), (), lambda one: one.telephone),
    Column("language", _("Language"), (), lambda one: one.language),
    Column("confirmed", _("Confirmed"), (), lambda one: one.verified_at),
)
UNREACHED = (
    Column("name", _("Establishment"), (), lambda one: one.name),
    Column("finess", "FINESS", (), lambda one: one.finess),
    Column("city", _("City"), (), lambda one: one.city),
)


class ContactForm(PlainForm):
    role = forms.ChoiceField(label=_("Role"), choices=ContactRole.choices)
    name = forms.CharField(label=_("Name"), max_length=120, strip=False)
    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("A secure health mailbox (MSSanté) is best. It is told nothing before it is confirmed."),
    )
    telephone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False, help_text=_("Called when nobody answers: 01 23 45 67 89")
    )
    webhook = forms.CharField(
        label=_("Webhook"),
        max_length=500,
        required=False,
        help_text=_("For a ticket system: an https address, told at the same time, signed."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    @classmethod
    def of(cls, owner: Owner, data: object = None) -> "ContactForm":
        form = cls(data, initial={"language": "fr"})
        roles = roles_of(owner)
        form.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
        return form


@require_http_methods(["GET", "HEAD", "POST"])
def of_establishment(request: HttpRequest, finess: str) -> HttpResponse:
    one = get_object_or_404(Establishment.objects.select_related("department__parent__parent"), finess=finess)
    return _page(request, one, establishment_crumbs(one, Crumb(gettext("Contacts"))))


@require_http_methods(["GET", "HEAD", "POST"])
def of_group(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    one = get_object_or_404(Group, kind=kind, code=code)
    crumbs = [Crumb(one.name, reverse("web:group", args=[kind, code])), Crumb(gettext("Contacts"))]
    return _page(request, one, crumbs)


@require_http_methods(["GET", "HEAD", "POST"])
def of_territory(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Its agency reads here whom nobody can reach; only the nation declares whom to tell at the agency."""
    one = get_object_or_404(Territory.objects.select_related("parent__parent"), kind=kind, code=code)
    now = timezone.now()
    seen = within(one).open(timezone.localdate(now)).visible_to(viewer(request), now)
    unreached = queries.without_contact(seen, now.date()).order_by("name", "pk")
    crumbs = [*territory_crumbs(one), Crumb(gettext("Contacts"))]
    return _page(request, one, crumbs, unreached, may_write=viewer(request).has(Right.LAUNCH, now))


def _page(
    request: HttpRequest,
    owner: Owner,
    crumbs: list[Crumb],
    unreached: QuerySet[Establishment] | None = None,
    *,
    may_write: bool = True,
) -> HttpResponse:
    now, deed = timezone.now(), request.POST.get("deed", "")
    if request.method == "POST" and not may_write:
        raise PermissionDenied
    form = ContactForm.of(owner, request.POST if deed == "declare" else None)
    if request.method == "POST" and (_declare(request, owner, form) if deed == "declare" else _act(request, owner)):
        return redirect(request.path)
    found = list(queries.contacts_of({owner_kind(owner): owner.pk}, now.date())) if may_write else []
    if wants_csv(request):
        if unreached is not None:
            return csv_response(unreached, UNREACHED, f"vigie-unreached-{now.date()}")
        return csv_response(found, COLUMNS, f"vigie-contacts-{now.date()}")
    context = {
        "crumbs": crumbs,
        "owner": owner,
        "contacts": [(one, _feed(one), webhook_secret(one.uid)) for one in found],
        "confirmed": sum(one.verified_at is not None for one in found),
        "form": form,
        "may_write": may_write,
        "unreached": unreached[:UNREACHED_SHOWN] if unreached is not None else None,
        "unreached_count": unreached.count() if unreached is not None else 0,
        "may_confirm": viewer(request).has(Right.LAUNCH, now),
        "no_mail_server": settings.VIGIE.smtp_url is None,
    }
    return render(request, "web/pages/contacts.html", context, status=422 if form.errors else 200)


def _feed(contact: Contact) -> str:
    return f"{settings.VIGIE.public_url}{reverse('web:notice-feed', args=[feed_token(contact.uid)])}"


def _declare(request: HttpRequest, owner: Owner, form: ContactForm) -> bool:
    if not form.is_valid():
        return False
    now = timezone.now()
    try:
        contact = actions.declare_contact(owner=owner, **form.cleaned_data, by=by(request), now=now)
    except actions.InvalidContact as refused:
        form.add_error(None, str(refused))
        return False
    if contact.verified_at is None and actions.plan_verification(contact=contact, now=now):
        messages.success(request, gettext("The contact is declared. A message asks it to confirm its address."))
    else:
        messages.success(request, gettext("The contact is declared."))
    return True


def _act(request: HttpRequest, owner: Owner) -> bool:
    """End a contact, or confirm it by telephone; always back to the page."""
    number = request.POST.get("contact", "")
    found = queries.contacts_of({owner_kind(owner): owner.pk}, timezone.now().date())
    contact = get_object_or_404(found, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
    if request.POST.get("deed") == "confirm":
        if not viewer(request).has(Right.LAUNCH, timezone.now()):
            raise PermissionDenied
        actions.confirm_contact(contact=contact, by=by(request), now=timezone.now())
        messages.success(request, gettext("The contact is confirmed, under your name."))
    else:
        actions.end_contact(contact=contact, by=by(request), now=timezone.now())
        messages.success(request, gettext("The contact is told nothing more from today."))
    return True
