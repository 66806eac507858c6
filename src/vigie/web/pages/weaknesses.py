"""What was reported to the cell: the list, one report, and what is made of it."""

from datetime import datetime

from django.contrib import messages
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from vigie.apps.findings.enums import Severity
from vigie.apps.incidents import disclosing, mending
from vigie.apps.incidents.enums import WeaknessState
from vigie.apps.incidents.models import WeaknessReport
from vigie.apps.incidents.queries import establishment_of
from vigie.apps.incidents.refusals import IncidentRefused, Incomplete
from vigie.sources import finess_number
from vigie.web.components.page import Crumb, by
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv

from .disclosure import LABELS

COLUMNS = (
    Column("reference", _("Reference"), ("reference",), lambda row: row.reference),
    Column("received", _("Received"), ("received_at",), lambda row: row.received_at.isoformat(timespec="minutes")),
    Column(
        "establishment",
        _("Establishment"),
        ("establishment__name",),
        lambda row: row.establishment.name if row.establishment else "",
    ),
    Column("state", _("State"), ("work",), lambda row: row.get_state_display()),
)
# In the order of the work: what was not read first, spam last.
WORK = Case(
    When(state=WeaknessState.RECEIVED, is_suspect=False, then=Value(0)),
    When(state=WeaknessState.VERIFYING, then=Value(1)),
    When(state=WeaknessState.RECEIVED, then=Value(2)),
    When(is_spam=False, then=Value(3)),
    default=Value(4),
    output_field=IntegerField(),
)


@require_safe
def weaknesses(request: HttpRequest) -> HttpResponse:
    rows = WeaknessReport.objects.select_related("establishment").annotate(work=WORK).order_by("work", "-received_at")
    if wants_csv(request):
        name = f"vigie-reports-of-weaknesses-{timezone.localdate()}"
        return csv_response(sorted_by(rows, COLUMNS, request, "state"), COLUMNS, name)
    context = {
        "crumbs": [Crumb(gettext("Reported weaknesses"))],
        "table": table(rows, COLUMNS, request, "state"),
        "to_read": WeaknessReport.objects.to_read().count(),
    }
    return render(request, "web/pages/weaknesses.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def weakness(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(WeaknessReport.objects.select_related("establishment", "sighting"), pk=pk)
    refusal = ""
    if request.method == "POST":
        try:
            _judge(request, one, timezone.now())
        except IncidentRefused as refused:
            refusal = str(refused)
        else:
            messages.success(request, gettext("It is done; whoever reported it sees its state, and nothing else."))
            return redirect("web:weakness", pk)
    words = disclosing.words_of(one)
    context = {
        "crumbs": [Crumb(gettext("Reported weaknesses"), reverse("web:weaknesses")), Crumb(one.reference)],
        "report": one,
        "words": [(label, words[name]) for name, (label, _hint) in LABELS.items() if words.get(name)],
        "finess": request.POST.get(
            "finess", one.establishment.finess if one.establishment else words.get("finess", "")
        ),
        "place": request.POST.get("place", words.get("place", "")),
        "title": request.POST.get("title", ""),
        "chosen": request.POST.get("severity", ""),
        "reason": request.POST.get("reason", ""),
        "severities": Severity.choices,
        "findings": list(mending.findings_of(one.sighting).order_by("pk")) if one.sighting else [],
        "refusal": refusal,
    }
    return render(request, "web/pages/weakness.html", context, status=422 if refusal else 200)


def _judge(request: HttpRequest, one: WeaknessReport, now: datetime) -> None:
    told, who = request.POST, by(request)
    match told.get("deed", ""):
        case "verify":
            number = finess_number.restored(told.get("finess", ""))
            establishment = establishment_of(number, now.date()) if number else None
            if establishment is None:
                raise Incomplete(gettext("No establishment that we know has this FINESS number."))
            disclosing.verify(
                report=one,
                establishment=establishment,
                title=told.get("title", ""),
                place=told.get("place", ""),
                severity=told.get("severity", ""),
                by=who,
                now=now,
            )
        case "mended":
            mending.mend(report=one, reason=told.get("reason", ""), by=who, now=now)
        case "spam":
            disclosing.close(report=one, reason="", spam=True, by=who, now=now)
        case _:
            disclosing.close(report=one, reason=told.get("reason", ""), by=who, now=now)
