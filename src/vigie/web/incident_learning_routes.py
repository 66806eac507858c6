"""Where what the declarations of a year teach is told, who never declared, and what a region sees."""

from django.urls import URLPattern, path

from vigie.apps.registry.enums import Right

from .access import needs
from .pages import incident_outlines, incident_years, never_declared

ROUTES: list[URLPattern] = [
    path("incidents/years/", needs(Right.INCIDENT_FIGURES)(incident_years.latest), name="incident-years"),
    path("incidents/years/<int:year>/", needs(Right.INCIDENT_FIGURES)(incident_years.year), name="incident-year"),
    path(
        "incidents/years/<int:year>/report.pdf",
        needs(Right.INCIDENT_FIGURES)(incident_years.pdf),
        name="incident-year-pdf",
    ),
    path(
        "incidents/touching-care/",
        needs(Right.INCIDENT_SUMMARIES)(incident_outlines.outlines),
        name="incident-outlines",
    ),
    path("incidents/never-declared/", needs(Right.HANDLE_INCIDENTS)(never_declared.page), name="never-declared"),
]
