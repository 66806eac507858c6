"""Cases that nobody lived."""

from datetime import UTC, date, datetime, timedelta

from vigie.engine.incidents.yearly import Case, LeftOut, ReportRule

NOON = datetime(2020, 3, 4, 12, tzinfo=UTC)  # a Wednesday
RULE = ReportRule("test", date(2020, 1, 1), "test", least_for_median=6, care_bands=(4, 24, 72, 168))
NONE_LEFT_OUT = LeftOut(0, 0)
TOLD = {
    "acknowledged_at": None, "restored_at": None, "is_over": False, "region": "X1", "category": "355", "beds": None,
    "origin": "unknown", "kind": "unknown", "rsit_class": "unknown", "cause": "unknown", "vector": "unknown",
    "equipment": "unknown", "ongoing": "unknown", "data_loss": "unknown", "data_integrity": "unknown",
    "data_disclosure": "unknown", "danger": "unknown", "care": "unknown", "care_hours": None, "wants_help": "unknown",
    "helped_minutes": 0, "provider": "unknown", "weakness": "",
}  # fmt: skip


def case(number: int, *, structure: int | None = None, declared_at: datetime = NOON, **told: object) -> Case:
    return Case(
        incident=number,
        structure=number if structure is None else structure,
        declared_at=declared_at,
        **{"discovered_at": declared_at - timedelta(hours=2), **TOLD, **told},
    )
