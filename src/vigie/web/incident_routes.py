"""Where incidents are declared and followed by whoever declared them."""

from django.urls import URLPattern, path

from vigie.apps.incidents.guard import DECLARATION
from vigie.apps.registry.enums import Right

from . import converters as converters  # "printed"
from .access import needs
from .pages import attachments, declarations, declaring, offline, paper, passing_on

READ, WRITE, HANDLE = Right.INCIDENTS, Right.DECLARE_INCIDENT, Right.HANDLE_INCIDENTS
ONE = "incidents/declarations/<printed:reference>"
OWN = "incidents/mine/<printed:reference>"
ROUTES: list[URLPattern] = [
    # Anybody may declare; their reference with its code, or a link that was sent to them, opens the rest.
    path("incidents/declare", declaring.declare, name="declare-incident"),
    path("incidents/paper.pdf", paper.paper, name="paper-declaration"),
    path("incidents/offline", offline.offline, name="offline-declaration"),
    path("incidents/offline-token", offline.token, name="offline-token"),
    path("incidents/offline-worker.js", offline.worker, name="offline-worker"),
    path("incidents/resume", declaring.resume, name="resume-declaration"),
    path("incidents/confirm/<slug:token>", declarations.confirm, name="confirm-declaration"),
    path("incidents/follow/<slug:token>", declarations.follow, name="follow-declaration"),
    path("incidents/passed-on/<slug:token>", passing_on.passed_on, name="passed-on"),
    path(f"{OWN}/", declarations.own, name="own-declaration"),
    path(f"{OWN}/complete", declarations.complete_own, name="own-declaration-complete"),
    path(f"{OWN}/submitted", declarations.submit_own, name="own-declaration-submit"),
    path(f"{OWN}/files", attachments.attach_own, name="own-declaration-attach"),
    path("incidents/declarations/", needs(READ)(declarations.declarations), name="declarations"),
    path(f"{ONE}/", needs(READ, of=DECLARATION)(declarations.declaration), name="declaration"),
    path(f"{ONE}/complete", needs(WRITE, of=DECLARATION)(declarations.complete), name="declaration-complete"),
    path(f"{ONE}/submitted", needs(WRITE, of=DECLARATION)(declarations.submit), name="declaration-submit"),
    path(f"{ONE}/files", needs(WRITE, of=DECLARATION)(attachments.attach), name="declaration-attach"),
    path(f"{ONE}/files/<uuid:uid>", needs(READ, of=DECLARATION)(attachments.take_away), name="attachment"),
    path(f"{ONE}/files/<uuid:uid>/purge", needs(HANDLE, of=DECLARATION)(attachments.purge), name="purge-attachment"),
]
