"""What the analysts note of an establishment: read by them and by the auditor, by nobody else."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from vigie.apps.findings.models import Finding, Note
from vigie.apps.findings.notes import actions
from vigie.apps.findings.refusals import Incomplete
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.web.access import viewer
from vigie.web.components.forms import PlainForm
from vigie.web.components.page import Crumb, asked, by, establishment_crumbs
from vigie.web.components.tables import Column, csv_response, sorted_by, table, wants_csv
from vigie.web.components.wording import finding_title, person

COLUMNS = (
    Column("at", _("Written"), ("written_at",), lambda note: note.written_at.isoformat(timespec="minutes")),
    Column("by", _("By"), ("written_by",), lambda note: person(note.written_by)),
    Column("finding", _("Finding"), (), lambda note: finding_title(note.finding) if note.finding else ""),
    Column("text", _("Note"), (), lambda note: note.text),
)


class NoteForm(PlainForm):
    text = forms.CharField(
        label=_("What should be remembered?"),
        max_length=actions.MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays as it is written, with your name."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, finess: str) -> HttpResponse:
    one = get_object_or_404(Establishment.objects.select_related("department__parent__parent"), finess=finess)
    may_write = viewer(request).has(Right.ACT, timezone.now())
    about = _about(request, one)
    form = NoteForm(request.POST) if request.method == "POST" else NoteForm()
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied
        if _written(request, form, one, about):
            return redirect("web:finding", about.pk) if about else redirect("web:notes", finess)
    rows = Note.objects.of(one).select_related("finding")
    if wants_csv(request):
        return csv_response(sorted_by(rows, COLUMNS, request, "-at"), COLUMNS, f"vigie-notes-{finess}")
    context = {
        "crumbs": establishment_crumbs(one, Crumb(gettext("Notes of the analysts"))),
        "establishment": one,
        "table": table(rows, COLUMNS, request, "-at"),
        "form": form,
        "about": about,
        "may_write": may_write,
    }
    return render(request, "web/pages/notes.html", context, status=422 if form.errors else 200)


def _about(request: HttpRequest, one: Establishment) -> Finding | None:
    number = asked(request, "finding", 18)
    if not (number.isascii() and number.isdigit()):
        return None
    return Finding.objects.filter(establishment=one, pk=int(number)).first()


def _written(request: HttpRequest, form: NoteForm, one: Establishment, about: Finding | None) -> bool:
    if not form.is_valid():
        return False
    text, now = form.cleaned_data["text"], timezone.now()
    try:
        actions.write(establishment=one, finding=about, text=text, by=by(request), now=now)
    except Incomplete as refused:
        form.add_error("text", str(refused))
        return False
    messages.success(request, gettext("The note is kept."))
    return True
