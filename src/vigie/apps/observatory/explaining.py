"""A stored level, explained: its trace read back as the values that made it."""

from dataclasses import dataclass

import msgspec

from vigie.engine.level import GroupTrace, Trace

from .enums import SubjectKind
from .models import Level


class TraceUnreadable(Exception):
    """A stored trace has not the shape of its method: the level still shows, its explanation cannot."""


@dataclass(frozen=True, slots=True)
class Explanation:
    own: Trace | None  # of an establishment
    grouped: GroupTrace | None  # of a group or a territory


def explain(level: Level) -> Explanation:
    """Raise TraceUnreadable when the stored trace is not of a known shape."""
    try:
        if level.subject_kind == SubjectKind.ESTABLISHMENT:
            return Explanation(msgspec.convert(level.trace, Trace), None)
        return Explanation(None, msgspec.convert(level.trace, GroupTrace))
    except msgspec.ValidationError as error:
        raise TraceUnreadable(str(error)) from error
