"""Who looks at you: the public page for whoever meets this scanner in their logs."""

from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vigie.data.care import care_rule
from vigie.data.pace import pace_table
from vigie.probes.published import Protocol, published
from vigie.probes.settings import settings_for


@cache
def _protocols(contact: str) -> tuple[Protocol, ...]:
    """Built once: they depend on the settings alone."""
    return published(settings_for(contact))


@login_not_required
@require_safe
def who(request: HttpRequest) -> HttpResponse:
    contact = settings.VIGIE.scanner_contact
    asks = settings_for(contact)
    context = {
        "crumbs": [],
        "sources": settings.VIGIE.source_addresses,
        "contact": contact,
        "security_contact": settings.VIGIE.security_contact,
        "user_agent": asks.user_agent,
        "helo": asks.helo,
        "protocols": _protocols(contact),
        "rates": pace_table().intensities.items(),
        "pause_hours": int(care_rule().pause.total_seconds() // 3600),
        "time_outs": care_rule().time_outs,
        "off": sorted(care_rule().off_by_default),
    }
    return render(request, "web/pages/who.html", context)
