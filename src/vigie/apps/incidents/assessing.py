"""What the cell says of an incident, from the fields of a form; the words of the declarant are left alone."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from vigie.engine.incidents.answers import CHOICES, MOMENTS, Fault, read_answers
from vigie.engine.incidents.facts import Facts
from vigie.engine.incidents.taxonomy import Nature

from .answering import bounds
from .models import Incident

AXES = tuple(name for name in CHOICES if name != "wants_help")
FIELDS = (*AXES, "natures", "care_hours", *MOMENTS)
# What the reader of a declaration asks for and the cell does not: who declares, in which words.
NOT_ASKED = {"structure": "-", "seen": "-"}


def facts_typed(incident: Incident) -> dict[str, str]:
    """The facts of an incident as they fill the form of a qualification."""
    told = {axis: str(getattr(incident, axis)) for axis in AXES}
    told["natures"] = " ".join(incident.natures)
    told["care_hours"] = "" if incident.care_hours is None else str(incident.care_hours)
    for name in MOMENTS:
        value = getattr(incident, name)
        told[name] = timezone.localtime(value).strftime("%Y-%m-%dT%H:%M") if value else ""
    return told


def read_assessment(typed: Mapping[str, str], *, now: datetime) -> Facts | tuple[Fault, ...]:
    """The facts, or every fault in the order of the form."""
    asked = {name: value for name, value in typed.items() if name in FIELDS}
    told = read_answers(asked | NOT_ASKED, bounds=bounds(now), now=now, zone=timezone.get_default_timezone())
    return told if isinstance(told, tuple) else told.facts


def facts_of_incident(incident: Incident) -> Facts:
    """What an incident holds, as the rules judge it; of one that was declared."""
    if incident.discovered_at is None:
        raise ValueError("a draft has no facts")
    axes = {axis: CHOICES[axis](getattr(incident, axis)) for axis in AXES}
    return Facts(
        discovered_at=incident.discovered_at,
        started_at=incident.started_at,
        natures=frozenset(Nature(one) for one in incident.natures),
        care_hours=incident.care_hours,
        **axes,  # type: ignore[arg-type]  # each of the type that CHOICES says
    )
