"""The confirmed weaknesses of an audit with their plan, one a line, for a spreadsheet."""

from vigie.exports.csv_text import csv_text

from .facts import Report

HEADS = (
    "order", "finding", "finess", "establishment", "severity", "exploited", "nature", "kind", "subject", "version",
    "fixed_version", "where", "first_seen", "deadline", "state", "ended_at", "gain_points", "owner", "planned_on",
    "constraint",
)  # fmt: skip


def plan_csv(report: Report) -> str:
    """In the order of the plan; what nobody planned, or computed, is empty."""
    rows = (
        (
            number, item.weakness.finding, item.finess, item.establishment, item.weakness.severity,
            item.weakness.exploited, item.nature, item.weakness.kind, item.weakness.subject, item.weakness.version,
            item.weakness.fixed_version, item.weakness.where, item.weakness.since, item.weakness.deadline, item.state,
            item.ended_at, item.points, item.owner, item.on, item.constraint,
        )
        for number, item in enumerate(report.items, 1)
    )  # fmt: skip
    return csv_text(HEADS, rows)
