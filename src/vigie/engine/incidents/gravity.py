"""Is it a serious or significant incident in the sense of the public health code? A rule says it, not the declarant.

Article D.1111-16-2: five criteria, (a) to (e). One that holds makes it serious; (d) and (e) together make it
significant, which the code passes on to the State's competent authorities.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from .facts import (
    Facts,
    any_of,
    beyond_the_structure,
    care_affected,
    health_data_touched,
    system_affected,
)
from .taxonomy import Known


class Criterion(StrEnum):
    CARE = "a"  # potential or proven consequences on the safety of care
    DATA = "b"  # on the confidentiality or integrity of health data
    OPERATION = "c"  # on the normal working of the structure
    TERRITORY = "d"  # potential or proven effect on the departmental, regional or national organisation of health
    OTHERS = "e"  # may touch other structures


class Gravity(StrEnum):
    SIGNIFICANT = "significant"
    SERIOUS = "serious"
    NEITHER = "neither"
    UNKNOWN = "unknown"  # too little is known yet to say


CRITERIA: Mapping[Criterion, Callable[[Facts], Known]] = {
    Criterion.CARE: care_affected,
    Criterion.DATA: health_data_touched,
    Criterion.OPERATION: lambda facts: any_of(system_affected(facts), care_affected(facts)),
    Criterion.TERRITORY: beyond_the_structure,
    Criterion.OTHERS: lambda facts: facts.others_concerned,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    gravity: Gravity
    met: tuple[Criterion, ...]
    unknown: tuple[Criterion, ...]


@lru_cache(maxsize=1000)  # each rule of the law and each route asks it of the same facts
def judge(facts: Facts) -> Judgement:
    answers = {criterion: rule(facts) for criterion, rule in CRITERIA.items()}
    met = tuple(criterion for criterion, answer in answers.items() if answer is Known.YES)
    unknown = tuple(criterion for criterion, answer in answers.items() if answer is Known.UNKNOWN)
    if {Criterion.TERRITORY, Criterion.OTHERS} <= set(met):
        return Judgement(Gravity.SIGNIFICANT, met, unknown)
    if met:
        return Judgement(Gravity.SERIOUS, met, unknown)
    return Judgement(Gravity.UNKNOWN if unknown else Gravity.NEITHER, met, unknown)


def must_be_declared(facts: Facts) -> Known:
    """Article L.1111-8-2: serious or significant."""
    gravity = judge(facts).gravity
    if gravity is Gravity.UNKNOWN:
        return Known.UNKNOWN
    return Known.NO if gravity is Gravity.NEITHER else Known.YES
