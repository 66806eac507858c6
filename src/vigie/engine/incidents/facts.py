"""What is known of an incident, as values that the rules judge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from .taxonomy import (
    Care,
    Danger,
    EntryVector,
    Equipment,
    Kind,
    Known,
    Nature,
    Origin,
    Reach,
    RootCause,
    SystemState,
    origin,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a declaration says, or what the cell found; everything may be unknown but the day it was seen."""

    discovered_at: datetime
    started_at: datetime | None = None
    kind: Kind = Kind.UNKNOWN
    cause: RootCause = RootCause.UNKNOWN
    vector: EntryVector = EntryVector.UNKNOWN
    equipment: Equipment = Equipment.UNKNOWN
    data_loss: Known = Known.UNKNOWN
    data_integrity: Known = Known.UNKNOWN
    data_disclosure: Known = Known.UNKNOWN
    natures: frozenset[Nature] = frozenset({Nature.UNKNOWN})
    danger: Danger = Danger.UNKNOWN
    care: Care = Care.UNKNOWN
    care_hours: int | None = None  # how long care was not normal; None when it is not known or not over
    system: SystemState = SystemState.UNKNOWN
    reach: Reach = Reach.UNKNOWN
    others_concerned: Known = Known.UNKNOWN  # it may touch other structures
    ongoing: Known = Known.UNKNOWN
    essential_operator: Known = Known.UNKNOWN  # from the registry, never asked
    nis2_entity: Known = Known.UNKNOWN  # essential or important entity; not known until the law says who is

    @property
    def origin(self) -> Origin:
        return origin(self.kind, self.cause)


YES, NO, UNKNOWN = Known.YES, Known.NO, Known.UNKNOWN


def any_of(*answers: Known) -> Known:
    if YES in answers:
        return YES
    return NO if all(answer is NO for answer in answers) else UNKNOWN


def all_of(*answers: Known) -> Known:
    if NO in answers:
        return NO
    return YES if all(answer is YES for answer in answers) else UNKNOWN


def _said(value: object, yes: frozenset[object], unknown: object) -> Known:
    return UNKNOWN if value is unknown else YES if value in yes else NO


def care_affected(facts: Facts) -> Known:
    """Care is, or may be, affected: directly, or through a danger to patients."""
    return any_of(
        _said(facts.care, frozenset({Care.DEGRADED, Care.INTERRUPTED}), Care.UNKNOWN),
        _said(facts.danger, frozenset({Danger.POTENTIAL, Danger.PROVEN}), Danger.UNKNOWN),
    )


def data_touched(facts: Facts) -> Known:
    return any_of(facts.data_loss, facts.data_integrity, facts.data_disclosure)


def _of_nature(facts: Facts, *natures: Nature) -> Known:
    if facts.natures & set(natures):
        return YES
    return UNKNOWN if Nature.UNKNOWN in facts.natures or not facts.natures else NO


def personal_data_breached(facts: Facts) -> Known:
    """GDPR, article 4(12): loss, alteration or disclosure of personal data; loss of access to them counts as loss."""
    return all_of(data_touched(facts), _of_nature(facts, Nature.HEALTH, Nature.PERSONAL))


def high_risk_to_persons(facts: Facts) -> Known:
    """A disclosure of health data is taken as a high risk; so is a proven danger to patients by the loss of data."""
    disclosed = all_of(facts.data_disclosure, _of_nature(facts, Nature.HEALTH))
    return any_of(
        disclosed, all_of(data_touched(facts), _said(facts.danger, frozenset({Danger.PROVEN}), Danger.UNKNOWN))
    )


def health_data_touched(facts: Facts) -> Known:
    return all_of(any_of(facts.data_integrity, facts.data_disclosure), _of_nature(facts, Nature.HEALTH))


def system_affected(facts: Facts) -> Known:
    return _said(facts.system, frozenset(SystemState) - {SystemState.NONE, SystemState.UNKNOWN}, SystemState.UNKNOWN)


def beyond_the_structure(facts: Facts) -> Known:
    return _said(facts.reach, frozenset({Reach.DEPARTMENT, Reach.REGION, Reach.NATION}), Reach.UNKNOWN)


def national(facts: Facts) -> Known:
    return _said(facts.reach, frozenset({Reach.NATION}), Reach.UNKNOWN)


def malicious(facts: Facts) -> Known:
    return _said(facts.origin, frozenset({Origin.MALICIOUS}), Origin.UNKNOWN)


def always(facts: Facts) -> Known:
    return YES


#   name used in data/params -> what it asks of the facts
CONDITIONS: Mapping[str, Callable[[Facts], Known]] = {
    "always": always,
    "care_affected": care_affected,
    "data_touched": data_touched,
    "personal_data_breached": personal_data_breached,
    "high_risk_to_persons": high_risk_to_persons,
    "health_data_touched": health_data_touched,
    "system_affected": system_affected,
    "beyond_the_structure": beyond_the_structure,
    "national": national,
    "malicious": malicious,
    "others_concerned": lambda facts: facts.others_concerned,
    "essential_operator": lambda facts: facts.essential_operator,
    "nis2_entity": lambda facts: facts.nis2_entity,
}
