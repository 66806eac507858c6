"""Where the pages of one campaign are: what it did not look at, its pause, its going on."""

from django.urls import URLPattern, path

from vigie.apps.registry.enums import Right

from .access import needs
from .pages import campaign_steps, vanished

ONE = "campaigns/<int:pk>"

ROUTES: list[URLPattern] = [
    path(f"{ONE}/unlooked", needs(Right.CAMPAIGNS)(campaign_steps.unlooked), name="unlooked"),
    path("vanished/", needs(Right.CAMPAIGNS)(vanished.vanished), name="vanished"),
    path("vanished/<int:pk>/judge", needs(Right.LAUNCH)(vanished.judge), name="judge-vanished"),
    path(f"{ONE}/pause", needs(Right.LAUNCH)(campaign_steps.pause), name="pause-campaign"),
    path(f"{ONE}/resume", needs(Right.LAUNCH)(campaign_steps.resume), name="resume-campaign"),
]
