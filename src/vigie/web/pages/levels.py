"""One stored level, explained: every indicator, its points and the facts behind them."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from vigie.apps.accounts.models import User
from vigie.apps.observatory import queries as observatory
from vigie.apps.observatory.enums import SubjectKind
from vigie.apps.observatory.explaining import Explanation, TraceUnreadable, explain
from vigie.apps.observatory.models import Level
from vigie.apps.observatory.queries import Levels, Subject
from vigie.apps.observatory.veil import Veil
from vigie.apps.registry.models import Establishment
from vigie.data import params
from vigie.engine.level import GroupTrace, Method
from vigie.web.access import May, viewer
from vigie.web.components.page import Crumb
from vigie.web.components.wording import language


@dataclass(frozen=True, slots=True)
class Lowest:
    establishment: Establishment
    level: Level | None


@require_safe
def level(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Level, pk=pk)
    subject = observatory.subject_of(one)
    if subject is None:
        raise Http404
    try:
        explanation: Explanation | None = explain(one)
    except TraceUnreadable:
        explanation = None
    user, now = viewer(request), timezone.now()
    if one.subject_kind != SubjectKind.ESTABLISHMENT and Veil.of(user, now).over(one.total):
        raise PermissionDenied  # of few establishments, it would be read as the level of each
    history = observatory.history(one.subject_kind, one.subject_id, now)
    context = {
        "crumbs": [
            Crumb(gettext("Overview"), "/"),
            Crumb(subject.name, address(subject)),
            Crumb(gettext("Level explained")),
        ],
        "level": one,
        "subject": subject,
        "subject_url": address(subject),
        "explanation": explanation,
        "method": _method(one),
        "method_reference": params.method_references(timezone.localdate(one.at))[language()],
        "may": May(user, now, _whose(one)),
        "lowest": _lowest(explanation.grouped, one, user, now) if explanation and explanation.grouped else [],
        "is_latest": bool(history) and history[-1].pk == one.pk,
        "history": history,
        "now": now,
    }
    return render(request, "web/pages/level.html", context)


def address(subject: Subject) -> str:
    if subject.kind == "establishment":
        return reverse("web:establishment", args=[subject.code])
    return reverse(f"web:{subject.kind}", args=[subject.sub_kind, subject.code])


def _method(one: Level) -> Method | None:
    """The rules that made it; None when this installation no longer carries them."""
    method = params.exposure_method(timezone.localdate(one.at))
    return method if method.slug == one.method else None


def _whose(one: Level) -> Establishment | None:
    if one.subject_kind != SubjectKind.ESTABLISHMENT:
        return None
    return Establishment.objects.filter(pk=one.subject_id).first()


def _lowest(trace: GroupTrace, group_level: Level, user: User, now: datetime) -> list[Lowest]:
    """The lowest of its members, among those that the reader may see."""
    members = Establishment.objects.visible_to(user, now).in_bulk(trace.lowest)
    found: Levels = observatory.levels("establishment", list(members), group_level.confirmed_at)
    return [Lowest(members[pk], found.of(pk)) for pk in trace.lowest if pk in members]
