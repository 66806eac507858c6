"""An incident taken away by the cell or by ANSSI: as a page, or in a format that programs read."""

import json

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.incidents.models import Incident
from vigie.apps.incidents.passing import described
from vigie.apps.registry.enums import Right
from vigie.exports.incident import Line, Passed, Section, Sheet, Victim, bundle, canonical, event, sheet_pdf
from vigie.exports.pdf import Attachment, PdfUnavailable
from vigie.web.access import viewer
from vigie.web.components import dates
from vigie.web.components.declaration import CHOICES_OF, LABELS

#   format -> (ending, media type)
FORMATS = {
    "pdf": ("pdf", "application/pdf"),
    "json": ("json", "application/json"),
    "misp": ("misp.json", "application/json"),
    "stix": ("stix.json", "application/stix+json;version=2.1"),
}

MOMENT_WORDS = {
    "started_at": _("Began"),
    "discovered_at": _("Seen"),
    "declared_at": _("Received"),
    "acknowledged_at": _("Taken in hand"),
    "qualified_at": _("Qualified"),
    "escalated_at": _("Passed on to ANSSI"),
    "contained_at": _("Contained"),
    "restored_at": _("Restored"),
    "ended_at": _("Over"),
}


@require_safe
def take_away(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    now, scope = timezone.now(), viewer(request).scope(Right.INCIDENTS, timezone.now())
    if form not in FORMATS:
        raise Http404
    # It holds the words of the cell for another authority: an establishment reads its declaration.
    if not (scope.nation or scope.essential):
        raise PermissionDenied
    one = get_object_or_404(Incident.objects.visible_to(viewer(request), now), pk=pk)
    if one.qualified_at is None:
        return redirect("web:incident", pk)
    (told,) = described([one], source=settings.VIGIE.public_url, now=now)
    ending, media = FORMATS[form]
    try:
        answer = HttpResponse(_body(form, told), content_type=media)
    except PdfUnavailable:
        return redirect("web:incident-document", pk, "json")
    answer["Content-Disposition"] = f'attachment; filename="vigie-incident-{pk}.{ending}"'
    return answer


def _body(form: str, told: Passed) -> bytes | str:
    if form == "json":
        return canonical(told)
    if form == "pdf":
        data = Attachment(f"vigie-incident-{told.number}.json", canonical(told), "application/json", "The same facts")
        return sheet_pdf(sheet(told), now=told.updated_at, attachments=(data,))
    return json.dumps(event(told) if form == "misp" else bundle(told), ensure_ascii=False)


def sheet(told: Passed) -> Sheet:
    """What is known, then what is not: an authority reads on one page what it can ask for."""
    axes = [Line(str(LABELS[name]), str(CHOICES_OF[name](value).label)) for name, value in told.axes.items()]
    moments = [Line(str(MOMENT_WORDS[name]), dates.moment(at)) for name, at in told.moments.items() if at]
    return Sheet(
        language="en" if (translation.get_language() or "").startswith("en") else "fr",
        document=gettext("Incident %(number)d, passed on by %(who)s") % {"number": told.number, "who": told.producer},
        name=told.title,
        marking=told.marking,
        answer=told.summary or gettext("The cell wrote no summary."),
        sections=(
            Section(gettext("Where"), tuple(Line(one.finess, _place(one)) for one in told.victims)),
            Section(gettext("When"), tuple(moments)),
            Section(gettext("What it is"), tuple(axes)),
        ),
        foot=(told.marking, told.address),
        page=gettext("Page {n} of {of}"),
    )


def _place(one: Victim) -> str:
    return ", ".join(filter(None, [one.name, one.department, one.region]))
