"""Where anybody reports a weakness, follows it, and where the cell reads what was reported."""

from django.urls import URLPattern, path

from vigie.apps.registry.enums import Right

from .access import needs
from .pages import disclosure, weaknesses

HANDLES = Right.HANDLE_INCIDENTS
ROUTES: list[URLPattern] = [
    path(".well-known/security.txt", disclosure.security_txt, name="security-txt"),
    path("disclosure/", disclosure.report, name="report-weakness"),
    path("disclosure/follow", disclosure.follow, name="follow-weakness"),
    path("disclosure/link/<slug:token>", disclosure.linked, name="weakness-link"),
    path("incidents/weaknesses/", needs(HANDLES)(weaknesses.weaknesses), name="weaknesses"),
    path("incidents/weaknesses/<int:pk>/", needs(HANDLES)(weaknesses.weakness), name="weakness"),
]
