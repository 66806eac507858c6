"""Where the cell works: the board, the duty, one incident with what is done about it and what is owed."""

from django.urls import URLPattern, path

from vigie.apps.incidents.guard import DECLARATION, INCIDENT
from vigie.apps.registry.enums import Right

from . import converters as converters  # "printed"
from .access import needs
from .pages import duty, incident_documents, incidents, obligations, preparing, qualifying, triage

READ, HANDLE = Right.INCIDENTS, Right.HANDLE_INCIDENTS
ONE = "incidents/<int:pk>"
PREPARE = "<printed:reference>/prepare/<slug:regime>/<slug:stage>"
ROUTES: list[URLPattern] = [
    path("incidents/", needs(READ)(triage.board), name="incidents"),
    path("incidents/duty", needs(HANDLE)(duty.duty), name="duty"),
    path("incidents/calls", needs(HANDLE)(duty.calls), name="incident-calls"),
    path(f"{ONE}/", needs(READ, of=INCIDENT)(incidents.incident), name="incident"),
    path(f"{ONE}/qualify", needs(HANDLE, of=INCIDENT)(qualifying.qualify), name="qualify-incident"),
    path(f"{ONE}/obligations", needs(READ, of=INCIDENT)(obligations.obligations), name="incident-obligations"),
    path(f"{ONE}/obligations/review", needs(HANDLE, of=INCIDENT)(obligations.review), name="review-submission"),
    path(
        f"incidents/declarations/{PREPARE}",
        needs(READ, of=DECLARATION)(preparing.prepare),
        name="declaration-prepare",
    ),
    path(f"incidents/mine/{PREPARE}", preparing.prepare_own, name="own-declaration-prepare"),
    path(
        f"{ONE}/documents/<slug:form>",
        needs(READ, of=INCIDENT)(incident_documents.take_away),
        name="incident-document",
    ),
    path(f"{ONE}/steps", needs(HANDLE, of=INCIDENT)(incidents.step), name="incident-step"),
    path(f"{ONE}/authorities", needs(HANDLE, of=INCIDENT)(incidents.authority), name="incident-authority"),
    path(f"{ONE}/do/<slug:deed>", needs(HANDLE, of=INCIDENT)(incidents.do), name="handle-incident"),
]
