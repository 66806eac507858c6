"""Is what is known of vulnerabilities fresh, source by source?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from vigie.apps.findings.vanished.queries import waiting
from vigie.web.components.feeds import Feeds


@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return render(request, "web/pages/feeds.html", {"feeds": Feeds.of(now), "now": now, "vanished": waiting().count()})
