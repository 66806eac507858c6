"""One declared asset: prove that it is one's own, say what it is and where it is hosted, deny it."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from vigie.apps.assets import actions, contests, proofs, standing
from vigie.apps.assets.models import Asset, Proof
from vigie.apps.assets.refusals import PerimeterRefused
from vigie.apps.vault.encryption import Unreadable
from vigie.web.components import ownership as words
from vigie.web.components.page import Crumb, by, establishment_crumbs


def _asset(finess: str, pk: int) -> Asset:
    rows = Asset.objects.current().filter(establishment__finess=finess, valid_until=None)
    found: Asset = get_object_or_404(rows.select_related("establishment__department__parent__parent"), pk=pk)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest, finess: str, pk: int) -> HttpResponse:
    asset = _asset(finess, pk)
    sends = request.method == "POST" and request.POST.get("deed") == "document"
    form = words.DocumentForm(request.POST, request.FILES) if sends else words.DocumentForm()
    refusal = ""
    if request.method == "POST":
        try:
            if _proved(request, asset, form):
                return redirect(request.path)
        except PerimeterRefused as refused:
            refusal = str(refused)
    crumbs = establishment_crumbs(asset.establishment, Crumb(gettext("Prove that it is yours")))
    context = {"crumbs": crumbs, "form": form, "refusal": refusal, **_shown(asset)}
    return render(request, "web/pages/prove.html", context, status=422 if request.method == "POST" else 200)


def _proved(request: HttpRequest, asset: Asset, form: words.DocumentForm) -> bool:
    """Whether something was asked for, looked for or sent."""
    now, deed = timezone.now(), request.POST.get("deed", "")
    if deed == "document":
        if not form.is_valid():
            return False
        sent = form.cleaned_data["document"]
        proofs.send_document(asset=asset, name=sent.name, data=sent.read(), by=by(request), now=now)
        messages.success(request, gettext("The document is kept, encrypted. An analyst reads it."))
        return True
    proof = proofs.ask_proof(asset=asset, method=request.POST.get("method", ""), by=by(request), now=now)
    if deed == "check":
        proofs.ask_to_check(proof=proof, by=by(request), now=now)
    return True


def _shown(asset: Asset) -> dict[str, object]:
    (state,) = standing.states(asset.establishment, [asset], timezone.now())
    live = {proof.method: proof for proof in state.proofs}
    return {
        "asset": asset,
        "state": state,
        "is_checking": any(proof.checking_since for proof in state.proofs),
        "methods": [(method, live.get(method)) for method in words.methods_for(asset)],
        "record": words.record_of(asset),
        "file": words.file_of(asset),
    }


@require_safe
def proof_state(request: HttpRequest, finess: str, pk: int) -> HttpResponse:
    """The part of the page that is asked again each second while a look for the token is under way."""
    shown = _shown(_asset(finess, pk))
    response = render(request, "web/parts/proof_methods.html", shown)
    if request.headers.get("HX-Request") and not shown["is_checking"]:
        response["HX-Refresh"] = "true"
    return response


@require_safe
def document(request: HttpRequest, finess: str, pk: int) -> HttpResponse:
    """The signed document, to be saved: never shown as a page of ours."""
    proof = get_object_or_404(Proof, pk=pk, establishment__finess=finess, method="document")
    try:
        body = proofs.document_of(proof)
    except Unreadable:
        body = None
    if body is None:
        raise Http404
    response = HttpResponse(body, content_type=proof.document_type)
    # One name for all: what the sender chose is shown in the page, not handed to the reader's disk.
    ending = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}[proof.document_type]
    response["Content-Disposition"] = f'attachment; filename="vigie-proof-{proof.pk}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, finess: str, pk: int) -> HttpResponse:
    asset = _asset(finess, pk)
    told = {name: getattr(asset, name) for name in ("label", "exchanges_care_data", "hosted_by")}
    form = words.EditForm(request.POST) if request.method == "POST" else words.EditForm(initial=told)
    if request.method == "POST" and form.is_valid():
        try:
            actions.declare_asset(
                establishment=asset.establishment,
                kind=asset.kind,
                value=asset.value,
                by=by(request),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except PerimeterRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("Noted, from today on."))
            return redirect("web:perimeter", finess)
    return _form_page(request, asset, form, gettext("Describe this asset"), gettext("Save"))


@require_http_methods(["GET", "HEAD", "POST"])
def deny(request: HttpRequest, finess: str, pk: int) -> HttpResponse:
    asset = _asset(finess, pk)
    form = words.DenyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            contests.deny(asset=asset, by=by(request), now=timezone.now(), **form.cleaned_data)
        except PerimeterRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("Nothing is sent to it any more. An analyst decides."))
            return redirect("web:perimeter", finess)
    return _form_page(request, asset, form, gettext("This is not ours"), gettext("Contest it"))


def _form_page(request: HttpRequest, asset: Asset, form: forms.Form, title: str, verb: str) -> HttpResponse:
    crumbs = establishment_crumbs(asset.establishment, Crumb(title))
    context = {
        "crumbs": crumbs,
        "establishment": asset.establishment,
        "asset": asset,
        "form": form,
        "title": title,
        "verb": verb,
    }
    return render(request, "web/pages/perimeter_form.html", context, status=422 if form.errors else 200)
