"""Why an incident is serious or significant: the five criteria of the code, each with what is known of it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from vigie.apps.incidents.assessing import facts_of_incident
from vigie.apps.incidents.enums import KnownAnswer
from vigie.apps.incidents.models import Incident
from vigie.engine.incidents.gravity import Criterion, judge

WORDS = {
    Criterion.CARE: _("the safety of care is, or may be, affected"),
    Criterion.DATA: _("health data were altered or disclosed"),
    Criterion.OPERATION: _("the normal working of the structure is affected"),
    Criterion.TERRITORY: _("the organisation of care beyond the structure is, or may be, affected"),
    Criterion.OTHERS: _("other structures may be touched"),
}


@dataclass(frozen=True, slots=True)
class Told:
    letter: str
    words: object
    answer: KnownAnswer


def criteria(incident: Incident) -> list[Told]:
    """In the order of article D.1111-16-2."""
    judged = judge(facts_of_incident(incident))
    return [
        Told(
            one.value,
            words,
            KnownAnswer.YES if one in judged.met else KnownAnswer.UNKNOWN if one in judged.unknown else KnownAnswer.NO,
        )
        for one, words in WORDS.items()
    ]
