"""Where the pages of the notices are."""

from django.urls import URLPattern, path

from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Group

from . import converters as converters  # "printed"
from .access import ESTABLISHMENT, TERRITORY, Thing, needs
from .pages import calls, contacts, mailings, notices, opening

# By the role over the group itself: to see its figures is not to speak for it.
OWN_GROUP = Thing(
    lambda user, now, right: Group.objects.filter(pk__in=user.scope(right, now).groups),
    {"kind": "kind", "code": "code"},
    Right.AGGREGATES,
)

# Who reads what was seen reads what was told of it: ANSSI, which reads findings alone, does not.
ROUTES: list[URLPattern] = [
    path("notices/", needs(Right.EVIDENCE)(notices.notices), name="notices"),
    path("notices/<int:pk>/", needs(Right.EVIDENCE)(notices.notice), name="notice"),
    path("notices/funnel", needs(Right.EVIDENCE)(notices.funnel), name="funnel"),
    path("notices/calls/", needs(Right.EVIDENCE)(calls.calls), name="calls"),
    path("notices/mailings/<int:pk>/edit", needs(Right.LAUNCH)(mailings.edit), name="edit-mailing"),
    path("notices/mailings/<int:pk>/judge", needs(Right.LAUNCH)(notices.judge_mailing), name="judge-mailing"),
    path("notices/alerts/<int:pk>/called", needs(Right.ACT)(notices.note_call), name="note-call"),
    # Their address is the key: no account.
    path("notices/open/<slug:token>", opening.open_notice, name="open-notice"),
    path("notices/feed/<slug:token>", opening.feed, name="notice-feed"),
    path(
        "establishments/<slug:finess>/contacts/",
        needs(Right.DECLARE, of=ESTABLISHMENT)(contacts.of_establishment),
        name="contacts",
    ),
    path(
        "groups/<slug:kind>/<printed:code>/contacts/",
        needs(Right.DECLARE, of=OWN_GROUP)(contacts.of_group),
        name="group-contacts",
    ),
    path(
        "territories/<slug:kind>/<printed:code>/contacts/",
        needs(Right.AGGREGATES, of=TERRITORY)(contacts.of_territory),
        name="territory-contacts",
    ),
]
