"""What an establishment agreed to show to ANSSI: one kind of finding at a time, taken back at once."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from vigie.apps.findings.agreements import actions
from vigie.apps.findings.agreements.models import Agreement
from vigie.apps.findings.enums import FindingKind
from vigie.apps.findings.refusals import Incomplete
from vigie.apps.registry.models import Establishment
from vigie.web.components.forms import PlainForm
from vigie.web.components.page import Crumb, by, establishment_crumbs


class AgreementForm(PlainForm):
    kinds = forms.MultipleChoiceField(
        label=_("What is shown"), choices=FindingKind.choices, widget=forms.SelectMultiple(attrs={"size": 2})
    )
    signatory = forms.CharField(label=_("Who agrees"), max_length=120, help_text=_("Name and position."))
    basis = forms.CharField(
        label=_("On what basis"), max_length=200, help_text=_("Convention, letter, decision, with its date.")
    )


def _establishment(finess: str) -> Establishment:
    return get_object_or_404(Establishment.objects.select_related("department__parent__parent"), finess=finess)


@require_http_methods(["GET", "HEAD", "POST"])
def agreements(request: HttpRequest, finess: str) -> HttpResponse:
    one = _establishment(finess)
    form = AgreementForm(request.POST) if request.method == "POST" else AgreementForm()
    if form.is_bound and form.is_valid():
        try:
            actions.agree(establishment=one, by=by(request), now=timezone.now(), **form.cleaned_data)
        except Incomplete as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, gettext("Recorded, with your name."))
            return redirect("web:agreements", finess)
    given = Agreement.objects.current().filter(establishment=one).order_by("valid_until", "-valid_from", "kind")
    context = {
        "crumbs": establishment_crumbs(one, Crumb(gettext("What is shown to ANSSI"))),
        "establishment": one,
        "form": form,
        "given": [row for row in given if row.valid_until is None],
        "ended": [row for row in given if row.valid_until is not None],
    }
    return render(request, "web/pages/agreements.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, finess: str, kind: str) -> HttpResponse:
    if kind not in FindingKind.values:
        raise Http404
    if actions.take_back(establishment=_establishment(finess), kind=kind, by=by(request), now=timezone.now()):
        messages.success(request, gettext("It is shown no more, from now on."))
    return redirect("web:agreements", finess)
