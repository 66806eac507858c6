"""The page behind the message to an authority: the outline of an incident, and the button that says it was read.

No account is needed; whoever holds the link sees what the law has that authority told, neither cause nor way in.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vigie.apps.incidents import actions
from vigie.apps.incidents.enums import ConditionName, IncidentAuthority
from vigie.apps.incidents.models import Route
from vigie.apps.notices.models import Notice
from vigie.apps.notices.tokens import read_token
from vigie.data.incident_sharing import sharing

OPENS = "/incidents/passed-on/"
# Marked on no page, even where it is why an authority is told.
RESTRICTED = {ConditionName.ESSENTIAL_OPERATOR, ConditionName.NIS2_ENTITY}


# What is offered; an authority is never said to read a format that it does not say it reads.
FORMATS = (("PDF", "pdf"), ("JSON", "json"), ("MISP", "misp"), ("STIX 2.1", "stix"))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def passed_on(request: HttpRequest, token: str) -> HttpResponse:
    notice, route = _linked(token)
    if notice is None or route is None:
        answer = render(request, "web/pages/passed_on.html", {"route": None}, status=410)
    elif request.method == "POST":
        by = f"contact:{notice.contact_id} {notice.told_to}"
        told = "".join(c for c in request.POST.get("reference", "") if c.isprintable())
        actions.acknowledge(route=route, acknowledgement=told, by=by, now=timezone.now())
        messages.success(request, gettext("It is noted that you have read it. Thank you."))
        answer = redirect("web:passed-on", token)
    else:
        declared = route.incident.declarations.submitted().select_related("establishment__department")
        context = {
            "route": route,
            "incident": route.incident,
            "declared": declared.order_by("received_at")[:50],
            "formats": FORMATS if _has_the_whole(route) else (),
            "tlp": f"TLP:{sharing(timezone.localdate()).tlp.upper()}",
            "why": [str(ConditionName(slug).label) for slug in route.why if slug not in RESTRICTED],
        }
        answer = render(request, "web/pages/passed_on.html", context)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _has_the_whole(route: Route) -> bool:
    """ANSSI alone, once it is qualified: the others are told the outline that the law names."""
    return route.authority == IncidentAuthority.ANSSI and route.incident.qualified_at is not None


def _linked(token: str) -> tuple[Notice | None, Route | None]:
    uid = read_token(token, "link")
    rows = Notice.objects.filter(uid=uid, opens=OPENS, contact__superseded_at=None) if uid else Notice.objects.none()
    notice = rows.select_related("contact").first()
    if notice is None:
        return None, None
    _subject, number, *_rest = notice.key.split(":")
    return notice, Route.objects.select_related("incident__establishment__department").filter(pk=int(number)).first()
