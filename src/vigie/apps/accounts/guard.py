"""May this person do that, to this thing? One answer for the pages and for the API.

What is forbidden is told so; a thing that one may not know of does not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Group, Territory

from .models import User

Answer = TypeVar("Answer")
Named = dict[str, Any]  # what the address holds: {"finess": "000000026"}


@dataclass(frozen=True, slots=True)
class Thing:
    """What an address names, and the right without which it does not exist for the reader."""

    rows: Callable[..., "QuerySet[Any]"]  # (user, now, right) -> those over which the right holds
    lookup: dict[str, str]  # field -> name in the address
    known_by: Right
    is_mixed: bool = False  # the right that it asks for depends on what it is: one over the nation is not enough


ESTABLISHMENT = Thing(Establishment.objects.visible_to, {"finess": "finess"}, Right.LEVELS)
GROUP = Thing(
    Group.objects.visible_to,
    {"kind": "kind", "code": "code"},
    Right.AGGREGATES,
)
TERRITORY = Thing(
    Territory.objects.visible_to,
    {"kind": "kind", "code": "code"},
    Right.AGGREGATES,
)


@dataclass(frozen=True, slots=True)
class Guard:
    """One of these rights, over the thing that the address names or over anybody; without any, whoever signed in."""

    rights: tuple[Right, ...] = ()
    of: Thing | None = None
    at_once: bool = False  # waits for no transaction: the emergency stop, and files that take long to read

    def refuse(self, user: User, now: datetime, named: Named) -> None:
        """Raise PermissionDenied, or Http404 when this person may not even know that the thing exists."""
        if not self.rights:
            return
        held = [right for right in self.rights if user.has(right, now)]
        if not held:
            raise PermissionDenied
        of = self.of
        if of is None or (not of.is_mixed and any(user.scope(right, now).nation for right in held)):
            return
        lookup = {field: named[name] for field, name in of.lookup.items()}
        if any(of.rows(user, now, right).filter(**lookup).exists() for right in held):
            return
        if user.has(of.known_by, now) and of.rows(user, now, of.known_by).filter(**lookup).exists():
            raise PermissionDenied
        raise Http404

    def run(
        self,
        act: Callable[[], Answer],
        *,
        user: User,
        named: Named,
        reads: bool,
        clock: Callable[[], datetime],
    ) -> Answer:
        """Do it when it is allowed, and still is at its end: a role may end meanwhile."""
        self.refuse(user, clock(), named)
        if reads:
            answer = act()
            self.refuse(user, clock(), named)
            return answer
        if self.at_once:
            return act()
        with transaction.atomic():
            answer = act()
            # What was done by a role that ended meanwhile is not kept: read again, inside the same transaction.
            self.refuse(User.objects.get(pk=user.pk), clock(), named)
        return answer


def holds_over(user: User, right: Right, over: Establishment, now: datetime) -> bool:
    """Whether this person has this right over this very establishment."""
    scope = user.scope(right, now)
    if scope.nation or scope.is_empty:
        return scope.nation
    return Establishment.objects.visible_to(user, now, right).filter(pk=over.pk).exists()


def counts_among(user: User, subject: Group | Territory, now: datetime) -> bool:
    """Whether the findings of a grouping may be counted."""
    scope = user.scope(Right.COUNTS, now)
    return scope.nation or type(subject).objects.visible_to(user, now, Right.COUNTS).filter(pk=subject.pk).exists()


def counts_everywhere(user: User, now: datetime) -> bool:
    """Whether findings may be counted wherever levels may be read: else a list without the right would say zero."""
    counts = user.scope(Right.COUNTS, now)
    return counts.nation or counts == user.scope(Right.LEVELS, now)
