"""Where the pages of people, their identities and the audit trail are."""

from django.urls import URLPattern, path

from vigie.apps.registry.enums import Right

from .access import ESTABLISHMENT, for_whoever_signed_in, needs
from .pages import delegating, newstart, openid, people, trail

ROUTES: list[URLPattern] = [
    path("sign-in/provider", openid.begin, name="openid"),
    path("sign-in/provider/answer", openid.answer, name="openid-answer"),
    path("account/provider", for_whoever_signed_in(openid.begin_link), name="openid-begin-link"),
    path("account/provider/link", for_whoever_signed_in(openid.link), name="openid-link"),
    path("account/provider/unlink", for_whoever_signed_in(openid.unlink), name="openid-unlink"),
    path("account/roles/<int:pk>/delegate", for_whoever_signed_in(delegating.delegate), name="delegate-role"),
    # Their address is the key: whoever is told may have no way in any more.
    path("new-start/<str:token>", newstart.new_start, name="new-start"),
    path("people/", needs(Right.PEOPLE)(people.people), name="people"),
    path("people/invite", needs(Right.PEOPLE)(people.invite), name="invite"),
    path("people/<int:pk>/", needs(Right.PEOPLE)(people.person), name="person"),
    path(
        "establishments/<slug:finess>/providers/",
        needs(Right.PROVIDERS, of=ESTABLISHMENT)(delegating.providers),
        name="providers",
    ),
    path("trail/", needs(Right.TRAIL)(trail.trail), name="trail"),
]
