"""Where the pages of what is spared are, and the public page of the looks."""

from django.urls import URLPattern, path

from vigie.apps.registry.enums import Right

from .access import ESTABLISHMENT, needs
from .pages import spared, who

ROUTES: list[URLPattern] = [
    path("who-scans-you", who.who, name="who-scans-you"),
    path("spared/", needs(Right.CAMPAIGNS)(spared.spared), name="spared"),
    path("spared/new", needs(Right.LAUNCH)(spared.record), name="spare"),
    path("spared/<int:pk>/lift", needs(Right.LAUNCH)(spared.lift), name="lift-spared"),
    path(
        "establishments/<slug:finess>/perimeter/spare",
        needs(Right.DECLARE, of=ESTABLISHMENT)(spared.spare_own),
        name="spare-own",
    ),
]
