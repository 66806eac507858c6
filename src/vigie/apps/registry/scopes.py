"""Over whom somebody may see something: the words in which every `visible_to` is written."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.db.models import Q

from .enums import Right


@dataclass(frozen=True, slots=True)
class Scope:
    """A set of establishments, told by what it is made of on one day; empty unless something is named."""

    day: date
    nation: bool = False
    territories: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    establishments: frozenset[int] = frozenset()
    essential: bool = False  # of essential operators, what each rule of its own shows to ANSSI: no establishment whole

    @property
    def is_empty(self) -> bool:
        return not (self.nation or self.territories or self.groups or self.establishments or self.essential)


class Viewer(Protocol):
    """Who looks: a person with roles (apps/accounts), or anybody else who can say over whom."""

    def scope(self, right: Right, now: datetime) -> Scope: ...


def inside(scope: Scope) -> Q:
    """The condition on establishments; a scope that is empty lets none through."""
    from .models import Membership  # the models are written in these words

    if scope.nation:
        return Q()
    wanted = Q(pk__in=scope.establishments)
    if scope.territories:
        wanted |= Q(department__in=scope.territories) | Q(department__parent__in=scope.territories)
    if scope.groups:
        members = Membership.objects.current().in_force(scope.day).filter(group__in=scope.groups)
        wanted |= Q(pk__in=members.values("establishment"))
    return wanted


def of_establishments(scope: Scope, field: str = "establishment") -> Q:
    """The same condition on rows that point to an establishment."""
    from .models import Establishment

    if scope.nation:
        return Q()
    if scope.is_empty:
        return Q(pk__in=[])
    return Q(**{f"{field}__in": Establishment.objects.filter(inside(scope)).order_by().values("pk")})
