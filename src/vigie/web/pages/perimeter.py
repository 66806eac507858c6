"""What an establishment declared, and who allowed that it be looked at; declare, end, grant, withdraw."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.apps.assets import actions, standing
from vigie.apps.assets.enums import ProposalState
from vigie.apps.assets.models import Asset, Mandate, Proposal, SparedAddress
from vigie.apps.assets.refusals import PerimeterRefused
from vigie.apps.assets.terms import begins, ends
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.web.access import May, viewer
from vigie.web.components.forms import AssetForm, MandateForm, PlainForm, listed
from vigie.web.components.ownership import OWN_KINDS
from vigie.web.components.page import Crumb, by, establishment_crumbs
from vigie.web.components.tables import Column, csv_response, wants_csv

COLUMNS = (
    Column("value", _("Value"), (), lambda row: row.asset.value),
    Column("kind", _("Kind"), (), lambda row: row.asset.get_kind_display()),
    Column("label", _("Label"), (), lambda row: row.asset.label),
    Column("proved", _("proved"), (), lambda row: row.proved),
    Column("since", _("Since"), (), lambda row: row.asset.valid_from),
    Column("until", _("Until"), (), lambda row: row.asset.valid_until),
)


def _establishment(finess: str) -> Establishment:
    return get_object_or_404(Establishment.objects.select_related("department__parent__parent"), finess=finess)


@require_safe
def perimeter(request: HttpRequest, finess: str) -> HttpResponse:
    one, now = _establishment(finess), timezone.now()
    mandates = list(Mandate.objects.filter(establishment=one).order_by("-valid_until", "-pk"))
    declared = Asset.objects.current().filter(establishment=one).order_by("valid_until", "kind", "value")
    assets = standing.states(one, declared, now)
    if wants_csv(request):
        return csv_response(assets, COLUMNS, f"vigie-perimeter-{finess}-{now.date()}")
    context = {
        "crumbs": establishment_crumbs(one, Crumb(gettext("Perimeter and mandate"))),
        "establishment": one,
        "may": May(viewer(request), now, one),
        "assets": assets,
        "held": sum(bool(state.why) for state in assets if state.asset.valid_until is None),
        "proposed": Proposal.objects.filter(establishment=one, state=ProposalState.WAITING).count(),
        "spared": SparedAddress.objects.in_force(now).filter(establishment=one).order_by("recorded_at", "pk"),
        "in_force": [m for m in mandates if m.withdrawn_at is None and m.valid_from <= now < m.valid_until],
        "others": [m for m in mandates if m.withdrawn_at is not None or not m.valid_from <= now < m.valid_until],
        "now": now,
        "today": timezone.localdate(now),
    }
    return render(request, "web/pages/perimeter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, finess: str) -> HttpResponse:
    one = _establishment(finess)
    form = AssetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.declare_asset(establishment=one, **form.cleaned_data, by=by(request), now=timezone.now())
        except PerimeterRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("The asset is declared. It is looked at when a mandate covers it."))
            return redirect("web:perimeter", finess)
    return _form_page(request, one, form, gettext("Declare an asset"), gettext("Declare"))


@require_http_methods(["GET", "HEAD", "POST"])
def grant(request: HttpRequest, finess: str) -> HttpResponse:
    one = _establishment(finess)
    form = MandateForm(request.POST) if request.method == "POST" else MandateForm.for_today()
    if not viewer(request).has(Right.LAUNCH, timezone.now()):
        # Local and laboratory mandates open the network that this installation stands in: its operator's to give.
        form.fields["kind"].choices = OWN_KINDS  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            _grant(form, one, by(request))
        except PerimeterRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("The mandate is recorded, under your name."))
            return redirect("web:perimeter", finess)
    return _form_page(request, one, form, gettext("Record a mandate"), gettext("Record the mandate"))


def _grant(form: MandateForm, one: Establishment, who: str) -> None:
    asked = form.cleaned_data
    actions.grant_mandate(
        establishment=one,
        kind=asked["kind"],
        host=asked["host"],
        signatory=asked["signatory"],
        basis=asked["basis"],
        valid_from=begins(asked["valid_from"].isoformat()),
        valid_until=ends(asked["valid_until"].isoformat()),
        intensity=asked["intensity"],
        windows=asked["windows"],
        exclusions=listed(asked["exclusions"]),
        excluded_ports=listed(asked["excluded_ports"]),
        allow_mllp_frame=asked["allow_mllp_frame"],
        by=who,
        now=timezone.now(),
    )


def _form_page(request: HttpRequest, one: Establishment, form: PlainForm, title: str, verb: str) -> HttpResponse:
    crumbs = establishment_crumbs(one, Crumb(title))
    context = {"crumbs": crumbs, "establishment": one, "form": form, "title": title, "verb": verb}
    return render(request, "web/pages/perimeter_form.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, finess: str, pk: int) -> HttpResponse:
    asset = get_object_or_404(Asset, pk=pk, establishment__finess=finess)
    try:
        actions.end_asset(asset=asset, by=by(request), now=timezone.now())
    except PerimeterRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("It is out of the perimeter from today: nothing is sent to it any more."))
    return redirect("web:perimeter", finess)


@require_POST
def withdraw(request: HttpRequest, finess: str, pk: int) -> HttpResponse:
    mandate = get_object_or_404(Mandate, pk=pk, establishment__finess=finess)
    try:
        actions.withdraw_mandate(mandate=mandate, by=by(request), now=timezone.now())
    except PerimeterRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("The mandate is withdrawn: nothing is sent under it any more."))
    return redirect("web:perimeter", finess)
