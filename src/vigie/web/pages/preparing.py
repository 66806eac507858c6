"""What to tell one authority, filled with what was declared; as a page, or as a PDF to complete by hand. Never sent."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from vigie.apps.incidents.models import Obligation
from vigie.apps.incidents.preparing import Item, prepared
from vigie.exports.incident import Line, Section, Sheet, sheet_pdf
from vigie.exports.pdf import PdfUnavailable
from vigie.web.components import dates
from vigie.web.components.duties import Duty, duty_of
from vigie.web.components.page import Crumb

from .declarations import Way, of_account, of_browser, private


@require_safe
def prepare(request: HttpRequest, reference: str, regime: str, stage: str) -> HttpResponse:
    return _prepare(request, of_account(request, reference), regime, stage)


@login_not_required
@never_cache
@require_safe
def prepare_own(request: HttpRequest, reference: str, regime: str, stage: str) -> HttpResponse:
    way = of_browser(request, reference)
    return redirect("web:resume-declaration") if way is None else private(_prepare(request, way, regime, stage))


def _prepare(request: HttpRequest, way: Way, regime: str, stage: str) -> HttpResponse:
    rows = way.declaration.obligations.filter(regime=regime, stage=stage, withdrawn_at=None)
    row = rows.select_related("declaration__establishment").first()
    if row is None:
        raise Http404
    duty, items = duty_of(row, timezone.now()), prepared(row, now=timezone.now())
    if request.GET.get("format") == "pdf":
        try:
            return _as_pdf(way, duty, items)
        except PdfUnavailable:
            messages.error(request, gettext("This installation cannot write PDF: print this page instead."))
    context = {
        "crumbs": [
            Crumb(gettext("Declaration %(reference)s") % {"reference": way.declaration.reference}, way.page),
            Crumb(gettext("Prepare")),
        ],
        "way": way,
        "duty": duty,
        "items": items,
        "missing": sum(item.is_missing for item in items),
        "now": timezone.now(),
    }
    return render(request, "web/pages/prepare_obligation.html", context)


def _as_pdf(way: Way, duty: Duty, items: tuple[Item, ...]) -> HttpResponse:
    now, row = timezone.now(), duty.row
    name = f"vigie-{way.declaration.reference}-{row.regime}-{row.stage}.pdf".replace("_", "-")
    answer = HttpResponse(sheet_pdf(_sheet(row, duty, items), now=now), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _sheet(row: Obligation, duty: Duty, items: tuple[Item, ...]) -> Sheet:
    due = gettext("Due by %(when)s.") % {"when": dates.moment(row.due_at)} if row.due_at else ""
    return Sheet(
        language="en" if (translation.get_language() or "").startswith("en") else "fr",
        document=gettext("Prepared by Vigie, to be checked, completed and sent by you"),
        name=f"{row.get_stage_display()}, {row.get_authority_display()}".capitalize(),
        marking="",
        answer=gettext("without delay").capitalize() + "." if duty.at_once else due,
        sections=(
            Section(gettext("What is asked"), tuple(Line(item.label, item.text, item.hint) for item in items)),
        ),
        foot=(gettext("Nothing was sent in your name. Declaration %(reference)s.")
              % {"reference": row.declaration.reference}, duty.reference),
        page=gettext("Page {n} of {of}"),
    )  # fmt: skip
