"""What a stored level says on a page: its explanation, read back from its trace."""

from dataclasses import dataclass

import msgspec
from django.utils.translation import gettext_lazy as _

from vigie.apps.observatory.enums import SubjectKind
from vigie.apps.observatory.models import Level
from vigie.engine.level import GroupTrace, Trace

INDICATORS = {
    "exploited-vulnerabilities": _("Vulnerabilities that attackers use"),
    "vulnerable-products": _("Other published vulnerabilities"),
    "remote-access": _("Remote access"),
    "encryption-and-sign-in": _("Encryption and sign-in"),
    "health-protocols": _("Health protocols"),
}
GATES = {
    "exploited-remote-access-past-deadline": _(
        "A vulnerability that attackers use is open on remote access, and its deadline is past"
    ),
    "exploited-remote-access": _("A vulnerability that attackers use is open on remote access"),
}


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
