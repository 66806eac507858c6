"""One obligation in words: why it applies, what its text is, whether its date is past."""

from dataclasses import dataclass
from datetime import datetime

from vigie.apps.incidents.enums import ConditionName
from vigie.apps.incidents.models import Obligation
from vigie.data.incident_rules import obligations
from vigie.engine.incidents.duties import AT_ONCE


@dataclass(frozen=True, slots=True)
class Duty:
    row: Obligation
    why: list[str]
    reference: str
    confirmed: bool  # its text was read
    at_once: bool  # the law says "without delay": a date would say less
    late: bool


def duty_of(row: Obligation, now: datetime) -> Duty:
    rules = {(rule.regime, rule.stage): rule for rule in obligations(row.written_at.date()).rules}
    rule = rules.get((row.regime, row.stage))
    return Duty(
        row,
        [str(ConditionName(slug).label) for slug in row.why],
        rule.reference if rule else "",
        confirmed=rule is not None and rule.confirmed,
        at_once=rule is not None and rule.delay == AT_ONCE,
        late=row.is_late(now),
    )
