"""Reports of other tools for one establishment: sent, read, brought in once a person has seen what they say."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.apps.findings.enums import ScannerTool, SightingKind, UploadState
from vigie.apps.findings.sightings import uploading
from vigie.apps.findings.sightings.models import Upload
from vigie.apps.registry.models import Establishment
from vigie.web.components.forms import PlainForm
from vigie.web.components.page import Crumb, by, establishment_crumbs
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv
from vigie.web.components.wording import person, report_fault

COLUMNS = (
    Column("sent", _("Sent"), ("sent_at",), lambda one: one.sent_at.isoformat(timespec="minutes")),
    Column("file", _("File"), ("file_name",), lambda one: one.file_name),
    Column("by", _("By"), ("sent_by",), lambda one: person(one.sent_by)),
    Column("state", _("State"), ("state",), lambda one: one.get_state_display()),
    Column("rows", _("Rows"), (), lambda one: one.told.get("rows", ""), "v-num"),
)


class ReportForm(PlainForm):
    report = forms.FileField(
        label=_("Report"),
        max_length=200,
        allow_empty_file=True,  # several tools write an empty file when they found nothing
        help_text=_(
            "nmap (XML), Nessus, OpenVAS, nuclei, masscan, testssl (CSV), sslyze, Qualys. "
            "30 MB at most, not compressed."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: HttpRequest, finess: str) -> HttpResponse:
    one = get_object_or_404(Establishment.objects.select_related("department__parent__parent"), finess=finess)
    form = ReportForm(request.POST, request.FILES) if request.method == "POST" else ReportForm()
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data["report"]
        try:
            upload = uploading.receive(
                establishment=one, file_name=sent.name, content=sent.read(), by=by(request), now=timezone.now()
            )
        except uploading.UploadRefused as refused:
            form.add_error("report", str(refused))
        else:
            return redirect("web:report", finess, upload.pk)
    rows = Upload.objects.of(one)
    if wants_csv(request):
        return csv_response(sorted_by(rows, COLUMNS, request, "-sent"), COLUMNS, f"vigie-reports-{finess}")
    context = {
        "crumbs": establishment_crumbs(one, Crumb(gettext("Reports of other tools"))),
        "establishment": one,
        "form": form,
        "table": table(rows, COLUMNS, request, "-sent"),
    }
    return render(request, "web/pages/reports.html", context, status=422 if form.errors else 200)


def _upload(finess: str, pk: int) -> Upload:
    rows = Upload.objects.select_related("establishment__department__parent__parent", "run").defer("content")
    return get_object_or_404(rows, pk=pk, establishment__finess=finess)


@require_safe
def report(request: HttpRequest, finess: str, pk: int) -> HttpResponse:
    """While a worker is at it, htmx asks for the page again and takes its main part."""
    one = _upload(finess, pk)
    listed = Crumb(gettext("Reports of other tools"), reverse("web:reports", args=[finess]))
    told = one.told
    context = {
        "crumbs": establishment_crumbs(one.establishment, listed, Crumb(one.file_name)),
        "upload": one,
        "establishment": one.establishment,
        "is_busy": one.state in {UploadState.RECEIVED, UploadState.ACCEPTED},
        "tool": ScannerTool(told["tool"]).label if told.get("tool") else "",
        "told": [(label, told.get("told", {}).get(kind, 0)) for kind, label in SightingKind.choices],
        "things": sum(told.get("told", {}).values()),
        "bad_rows": [(line, report_fault(reason)) for line, reason in told.get("bad_rows", ())],
        "why": report_fault(one.reason),
    }
    return render(request, "web/pages/report.html", context)


@require_POST
def judge(request: HttpRequest, finess: str, pk: int) -> HttpResponse:
    one, now = _upload(finess, pk), timezone.now()
    try:
        if request.POST.get("deed") == "drop":
            uploading.drop(upload=one, by=by(request), now=now)
            messages.success(request, gettext("Put aside: nothing of it came in."))
            return redirect("web:reports", finess)
        uploading.accept(upload=one, by=by(request), now=now)
    except uploading.UploadRefused as refused:
        messages.error(request, str(refused))
    return redirect("web:report", finess, pk)
