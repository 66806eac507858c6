"""The page behind the message to a structure: does this incident of a provider touch you? One press says it, once.

No account is needed. Opened, it changes nothing: filters open links before people do.
"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vigie.apps.incidents import asking
from vigie.apps.incidents.asking import Question
from vigie.apps.incidents.refusals import IncidentRefused
from vigie.apps.notices.models import Notice
from vigie.apps.notices.tokens import read_token

from .declarations import private
from .own import held, remember
from .shared_incidents import CARE


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_mail(request: HttpRequest, token: str) -> HttpResponse:
    question = _asked(token)
    if question is None:
        return private(render(request, "web/pages/touched.html", {"question": None}, status=410))
    said, refusal = question.answer, ""
    if request.method == "POST" and said is None:
        competent = settings.VIGIE.competent_authority
        try:
            receipt = asking.answer(
                question, care=request.POST.get("care", ""), competent=competent, now=timezone.now()
            )
        except IncidentRefused as refused:
            refusal = str(refused)
        else:
            messages.success(request, gettext("It is noted that you are touched. Complete it when you know more."))
            one = receipt.declaration
            return private(remember(redirect("web:own-declaration", one.reference), one, held(request)))
    # Whoever finds the message later learns that it was answered, and not what was said.
    context: dict[str, object] = {"question": question, "said": said, "refusal": refusal, "care": CARE, "crumbs": []}
    status = 409 if refusal or (said is not None and request.method == "POST") else 200
    return private(render(request, "web/pages/touched.html", context, status=status))


def _asked(token: str) -> Question | None:
    uid = read_token(token, "link")
    rows = Notice.objects.filter(uid=uid, opens=asking.OPENS, contact__superseded_at=None) if uid else None
    notice = rows.select_related("contact").first() if rows is not None else None
    return asking.question_of(notice) if notice is not None else None
