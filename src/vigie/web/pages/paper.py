"""The declaration on one sheet, to be printed before it is needed."""

from datetime import UTC, date, datetime, time
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from vigie.exports.paperform import paper_form_pdf
from vigie.exports.pdf import PdfUnavailable
from vigie.web.components.paper import paper_form


@login_not_required
@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    language = request.GET.get("language", translation.get_language() or "fr")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    told = settings.VIGIE
    try:
        body = _made(language, told.cell_telephone or "", told.competent_authority, timezone.localdate())
    except PdfUnavailable:
        return redirect("web:declare-incident")  # which prints too
    name = f"vigie-declaration-{language}.pdf"
    return HttpResponse(
        body, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


@lru_cache(maxsize=8)  # open to everybody: made once a day, not once a request
def _made(language: str, telephone: str, competent: bool, day: date) -> bytes:
    form = paper_form(language, telephone, competent=competent)
    return paper_form_pdf(form, now=datetime.combine(day, time(), UTC))
