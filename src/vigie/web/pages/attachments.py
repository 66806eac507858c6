"""Files given with a declaration: added by either door, taken away or purged by those who may."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vigie.apps.incidents import attaching
from vigie.apps.incidents.enums import AttachmentState
from vigie.apps.incidents.models import Attachment
from vigie.apps.incidents.refusals import AlreadyDone, IncidentRefused
from vigie.web.components.page import Crumb, by

from .declarations import Way, of_account, of_browser, private


@require_POST
def attach(request: HttpRequest, reference: str) -> HttpResponse:
    return _attach(request, of_account(request, reference))


@login_not_required
@never_cache
@require_POST
def attach_own(request: HttpRequest, reference: str) -> HttpResponse:
    way = of_browser(request, reference)
    return redirect("web:resume-declaration") if way is None else private(_attach(request, way))


def _attach(request: HttpRequest, way: Way) -> HttpResponse:
    sent = request.FILES.get("file")
    if sent is None:
        messages.error(request, gettext("Choose a file first."))
        return redirect(f"{way.page}#files")
    try:
        one = attaching.attach(declaration=way.declaration, sent=sent, by=way.by, now=timezone.now())
    except IncidentRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("“%(name)s” is received, and kept encrypted.") % {"name": one.name})
    return redirect(f"{way.page}#files")


def _attachment(reference: str, uid: Any) -> Attachment:
    rows = Attachment.objects.select_related("declaration__incident")
    return get_object_or_404(rows, uid=uid, declaration__reference=reference)


@never_cache
@require_safe
def take_away(request: HttpRequest, reference: str, uid: Any) -> HttpResponse:
    """Always a download, never shown: whatever it is, the browser runs nothing of it."""
    one = _attachment(reference, uid)
    try:
        content = attaching.taken_away(attachment=one, by=by(request), now=timezone.now())
    except AlreadyDone as refused:
        raise Http404(str(refused)) from refused
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=one.name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def purge(request: HttpRequest, reference: str, uid: Any) -> HttpResponse:
    one, refusal = _attachment(reference, uid), ""
    page = reverse("web:declaration", args=[reference])
    if request.method == "POST":
        try:
            attaching.purge(attachment=one, reason=request.POST.get("reason", ""), by=by(request), now=timezone.now())
        except IncidentRefused as refused:
            refusal = str(refused)
        else:
            messages.success(request, gettext("The file is destroyed; that it was there, and why it went, is kept."))
            return redirect(f"{page}#files")
    context = {
        "crumbs": [
            Crumb(gettext("Declaration %(reference)s") % {"reference": reference}, page),
            Crumb(gettext("Purge a file")),
        ],
        "attachment": one,
        "is_purged": one.state == AttachmentState.PURGED,
        "page": page,
        "reason": request.POST.get("reason", ""),
        "refusal": refusal,
    }
    return render(request, "web/pages/purge_attachment.html", context, status=422 if refusal else 200)
