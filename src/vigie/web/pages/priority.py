"""How soon something has to be mended: the table that decides, as the engine reads it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vigie.apps.findings.enums import Priority, Severity
from vigie.data.params import deadline_policy, priority_table
from vigie.engine.priority import PriorityRule
from vigie.web.components.tables import Column, csv_response, wants_csv

ANY = _("does not matter")
COLUMNS = (
    Column("exploited", _("Exploited (KEV)"), (), lambda row: row[0]),
    Column("exposed", _("Answers from outside"), (), lambda row: row[1]),
    Column("remote", _("Remote access"), (), lambda row: row[2]),
    Column("epss", "EPSS", (), lambda row: row[3]),
    Column("severity", _("Severity (CVSS)"), (), lambda row: row[4]),
    Column("priority", _("How soon"), (), lambda row: row[5]),
)


@require_safe
def priority(request: HttpRequest) -> HttpResponse:
    day = timezone.localdate()
    published, policy = priority_table(day), deadline_policy(day)
    rows = [_row(rule) for rule in published.rules]
    if wants_csv(request):
        return csv_response(rows, COLUMNS, published.slug)
    days = [(Severity(one.value).label, delay.days) for one, delay in policy.by_severity]
    context = {"rows": rows, "columns": COLUMNS, "published": published, "policy": policy, "days": days}
    return render(request, "web/pages/priority.html", context)


def _row(rule: PriorityRule) -> tuple[str, ...]:
    return (
        _told(rule.exploited),
        _told(rule.exposed),
        _told(rule.remote_access),
        str(ANY) if rule.least_epss is None else gettext("%(n)d %% or more") % {"n": round(100 * rule.least_epss)},
        str(ANY)
        if rule.least_severity is None
        else gettext("%(level)s or worse") % {"level": Severity(rule.least_severity.value).label},
        str(Priority(rule.priority.value).label),
    )


def _told(wanted: bool | None) -> str:
    if wanted is None:
        return str(ANY)
    return gettext("yes") if wanted else gettext("no")
