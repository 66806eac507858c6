"""The warning above the pages whose answers rest on the sources of vulnerabilities."""

from typing import Any

from django import template
from django.template import RequestContext
from django.utils import timezone

from vigie.web.components.feeds import NAMES, Feeds

register = template.Library()


@register.inclusion_tag("web/parts/feeds_alert.html", takes_context=True)
def feeds_alert(context: RequestContext) -> dict[str, Any]:
    """Nothing when all is fresh, or when the reader can neither see nor mend it."""
    may = context.get("may")
    if not may or not (may["campaigns"] or may["stop"]):
        return {}
    alerts = Feeds.of(timezone.now()).alerts
    return {"names": [NAMES[one.slug] for one in alerts]}
