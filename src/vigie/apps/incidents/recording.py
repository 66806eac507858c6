"""The lines of history, and the facts of an incident with what is derived from them. In the caller's transaction."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from vigie.apps.audit.actions import event
from vigie.apps.audit.models import Event
from vigie.engine.incidents.answers import CHOICES
from vigie.engine.incidents.facts import Facts
from vigie.engine.incidents.gravity import judge
from vigie.engine.incidents.lifecycle import Deed, State, after
from vigie.engine.incidents.taxonomy import CLASS_OF, VERSION, Known, Nature, RsitClass

from .as_known import MOVING, as_it_stands
from .enums import AssessedBy, IncidentEventKind, IncidentState
from .models import Incident, IncidentEvent
from .refusals import NotFromHere

AXES = (
    "kind", "cause", "vector", "equipment", "data_loss", "data_integrity", "data_disclosure", "danger", "care",
    "system", "reach", "others_concerned", "ongoing",
)  # fmt: skip


def note(
    incident: Incident, kind: IncidentEventKind, *, by: str, now: datetime, words: str = "", **detail: Any
) -> IncidentEvent:
    """One line of the history, and its event of the trail: without the words, which may be of persons."""
    line, told = noted(incident, kind, by=by, now=now, words=words, **detail)
    line.save()
    told.save()
    return line


def noted(
    incident: Incident, kind: IncidentEventKind, *, by: str, now: datetime, words: str = "", **detail: Any
) -> tuple[IncidentEvent, Event]:
    """The same two rows, not written yet."""
    stood = as_it_stands(incident) if kind in MOVING else None
    line = IncidentEvent(incident=incident, kind=kind, at=now, by=by[:200], words=words, detail=detail, stood=stood)
    return line, event(kind=f"incident-{kind.value.replace('_', '-')}", by=by, at=now, subject=incident, **detail)


def put(
    incident: Incident, facts: Facts, *, assessed_by: AssessedBy, wants_help: Known, rsit_class: RsitClass | None = None
) -> None:
    """Set the facts and what the published rules derive from them; not saved."""
    for axis in AXES:
        setattr(incident, axis, getattr(facts, axis).value)
    incident.natures = sorted(nature.value for nature in facts.natures)
    incident.care_hours = facts.care_hours
    incident.discovered_at, incident.started_at = facts.discovered_at, facts.started_at
    incident.taxonomy, incident.assessed_by, incident.wants_help = VERSION, assessed_by, wants_help.value
    incident.rsit_class = (rsit_class or CLASS_OF[facts.kind]).value
    incident.origin = facts.origin.value
    incident.gravity = judge(facts).gravity.value


def facts_in(incident: Incident) -> Facts:
    """The facts as they were put, to be judged again."""
    return Facts(
        discovered_at=incident.discovered_at or incident.state_since,
        started_at=incident.started_at,
        natures=frozenset(Nature(one) for one in incident.natures),
        care_hours=incident.care_hours,
        **{axis: CHOICES[axis](getattr(incident, axis)) for axis in AXES},  # type: ignore[arg-type]
    )


def locked(incident: Incident, deed: Deed) -> Incident:
    """The row, held until the end of the transaction, already in the state that the deed leads to; not saved.

    Raises NotFromHere.
    """
    row = Incident.objects.select_for_update().get(pk=incident.pk)
    reached = after(State(row.state), deed)
    if reached is None:
        raise NotFromHere(_refusal(row))
    row.state = reached.value
    return row


def _refusal(row: Incident) -> str:
    state = IncidentState(row.state).label
    return gettext("This cannot be done now: the incident is “%(state)s”.") % {"state": state}
