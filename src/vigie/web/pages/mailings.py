"""What is added to the messages of an occasion, before two persons release them."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from vigie.apps.notices import actions
from vigie.apps.notices.models import Mailing, Notice
from vigie.apps.notices.releasing import MOST_WORDS
from vigie.apps.notices.wording import Letter, letter
from vigie.web.components.forms import PlainForm
from vigie.web.components.page import Crumb, by


class WordsForm(PlainForm):
    words_fr = forms.CharField(
        label=_("Added, in French"), required=False, max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )
    words_en = forms.CharField(
        label=_("Added, in English"), required=False, max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    mailing = get_object_or_404(Mailing, pk=pk)
    initial = {"words_fr": mailing.words_fr, "words_en": mailing.words_en}
    form = WordsForm(request.POST) if request.method == "POST" else WordsForm(initial=initial)
    if form.is_bound and form.is_valid():
        try:
            actions.edit(mailing=mailing, by=by(request), now=timezone.now(), **form.cleaned_data)
        except actions.NoticeRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, gettext("It is changed, and you agree with it. Another person has to release it.")
            )
            return redirect("web:notices")
    context = {
        "crumbs": [Crumb(gettext("Notices"), reverse("web:notices")), Crumb(mailing.label)],
        "mailing": mailing,
        "form": form,
        "letter": _letter(mailing),
    }
    return render(request, "web/pages/mailing_edit.html", context, status=422 if form.errors else 200)


def _letter(mailing: Mailing) -> Letter | None:
    """One of the messages that wait, as it stands."""
    waiting = Notice.objects.filter(alert__mailing=mailing, channel="email").select_related("alert__mailing")
    one = waiting.order_by("pk").first()
    return letter(one, link="https://…") if one else None
