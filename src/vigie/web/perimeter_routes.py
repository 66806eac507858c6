"""Where the pages of ownership are: proofs, contests, proposals, the first hour."""

from django.urls import URLPattern, path

from vigie.apps.registry.enums import Right

from .access import ESTABLISHMENT, needs
from .pages import first_hour, ownership, perimeter_review, proposals, signing

ONE = "establishments/<slug:finess>"
declares = needs(Right.DECLARE, of=ESTABLISHMENT)
reviews = needs(Right.LAUNCH)

ROUTES: list[URLPattern] = [
    path(f"{ONE}/first-hour", declares(first_hour.first_hour), name="first-hour"),
    path(f"{ONE}/first-hour/progress", declares(first_hour.progress), name="first-hour-progress"),
    path(f"{ONE}/first-hour/ask-director", declares(signing.ask), name="ask-director"),
    path("sign/<str:token>", signing.sign, name="sign-mandate"),
    path(f"{ONE}/perimeter/proposals", declares(proposals.proposals), name="proposals"),
    path(f"{ONE}/perimeter/assets/<int:pk>/prove", declares(ownership.prove), name="prove-asset"),
    path(f"{ONE}/perimeter/assets/<int:pk>/prove/state", declares(ownership.proof_state), name="proof-state"),
    path(f"{ONE}/perimeter/assets/<int:pk>/edit", declares(ownership.edit), name="edit-asset"),
    path(f"{ONE}/perimeter/assets/<int:pk>/deny", declares(ownership.deny), name="deny-asset"),
    path(f"{ONE}/perimeter/proofs/<int:pk>/document", declares(ownership.document), name="proof-document"),
    path("perimeters/review", reviews(perimeter_review.review), name="perimeter-review"),
    path("perimeters/review/documents/<int:pk>", reviews(perimeter_review.judge_document), name="judge-document"),
    path("perimeters/review/contests/<int:pk>", reviews(perimeter_review.decide_contest), name="decide-contest"),
]
