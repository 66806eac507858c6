"""Where the pages of what other tools say are, and those of what is said to others."""

from django.urls import URLPattern, path

from vigie.apps.findings.guard import SIGHTING
from vigie.apps.registry.enums import Right

from .access import ESTABLISHMENT, needs
from .pages import agreements, notes, reports, sightings

ROUTES: list[URLPattern] = [
    path("sightings/", needs(Right.EVIDENCE)(sightings.sightings), name="sightings"),
    path("sightings/<int:pk>/", needs(Right.EVIDENCE, of=SIGHTING)(sightings.sighting), name="sighting"),
    path("sightings/<int:pk>/verify", needs(Right.ACT, of=SIGHTING)(sightings.verify), name="verify-sighting"),
    path("sightings/<int:pk>/answer", needs(Right.EVIDENCE, of=SIGHTING)(sightings.answer), name="sighting-answer"),
    path("sightings/<int:pk>/not-so", needs(Right.ACT, of=SIGHTING)(sightings.reject), name="reject-sighting"),
    path("establishments/<slug:finess>/reports/", needs(Right.ACT, of=ESTABLISHMENT)(reports.reports), name="reports"),
    path(
        "establishments/<slug:finess>/reports/<int:pk>/",
        needs(Right.ACT, of=ESTABLISHMENT)(reports.report),
        name="report",
    ),
    path(
        "establishments/<slug:finess>/reports/<int:pk>/judge",
        needs(Right.ACT, of=ESTABLISHMENT)(reports.judge),
        name="judge-report",
    ),
    path("establishments/<slug:finess>/notes/", needs(Right.NOTES, of=ESTABLISHMENT)(notes.notes), name="notes"),
    path(
        "establishments/<slug:finess>/anssi/",
        needs(Right.GRANT, of=ESTABLISHMENT)(agreements.agreements),
        name="agreements",
    ),
    path(
        "establishments/<slug:finess>/anssi/<slug:kind>/end",
        needs(Right.GRANT, of=ESTABLISHMENT)(agreements.end),
        name="end-agreement",
    ),
]
