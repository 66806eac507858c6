"""Where the pages of the audits of groups are."""

from django.urls import URLPattern, path

from vigie.apps.findings.models import GroupAudit
from vigie.apps.registry.enums import Right

from .access import Thing, needs
from .pages import groupaudits

GROUP_AUDIT = Thing(GroupAudit.objects.visible_to, {"pk": "pk"}, Right.FINDINGS)

ROUTES: list[URLPattern] = [
    path("group-audits/", needs(Right.FINDINGS)(groupaudits.group_audits), name="group-audits"),
    path("group-audits/new", needs(Right.LAUNCH)(groupaudits.new), name="new-group-audit"),
    path("group-audits/<int:pk>/", needs(Right.FINDINGS, of=GROUP_AUDIT)(groupaudits.group_audit), name="group-audit"),
    path(
        "group-audits/<int:pk>/report.pdf",
        needs(Right.FINDINGS, of=GROUP_AUDIT)(groupaudits.pdf),
        name="group-audit-pdf",
    ),
    path("group-audits/<int:pk>/gather", needs(Right.LAUNCH)(groupaudits.gather), name="gather-group-audit"),
    path("group-audits/<int:pk>/review", needs(Right.LAUNCH)(groupaudits.review), name="review-group-audit"),
    path("group-audits/<int:pk>/<slug:step>", needs(Right.LAUNCH)(groupaudits.step), name="step-group-audit"),
]
