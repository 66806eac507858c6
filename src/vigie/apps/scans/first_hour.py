"""The first hour of a new officer: which question is next, as far as what is recorded answers the earlier ones."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.assets import standing
from vigie.apps.assets.enums import AssetKind
from vigie.apps.assets.models import Mandate
from vigie.apps.assets.queries import assets_of
from vigie.apps.registry.models import Establishment
from vigie.data.ports import default_ports

from .actions import start_campaign
from .enums import ShardState
from .models import Campaign, Shard

# An officer looks at their own establishment again by retests; a whole look is the rounds' work.
BETWEEN_LOOKS = timedelta(hours=24)


class Step(StrEnum):
    """In the order in which they are asked; one a page."""

    DOMAIN = "domain"
    PROOF = "proof"
    MANDATE = "mandate"
    LOOK = "look"
    TODAY = "today"


class TooSoon(Exception):
    """Its own look was made, or is being made, less than a day ago."""


@dataclass(frozen=True, slots=True)
class FirstHour:
    step: Step
    states: tuple[standing.State, ...]  # of the declared assets
    mandate: Mandate | None  # in force
    shard: Shard | None  # the last look at the whole establishment

    @property
    def to_prove(self) -> tuple[standing.State, ...]:
        return tuple(state for state in self.states if state.needs_proof and not state.proved)

    @property
    def is_looking(self) -> bool:
        return self.shard is not None and self.shard.state == ShardState.WAITING


def first_hour(establishment: Establishment, now: datetime) -> FirstHour:
    """Nothing is stored of the path itself: it goes on wherever it was left, by whoever takes it up."""
    states = tuple(standing.states(establishment, assets_of(establishment.pk, now), now))
    mandate = Mandate.objects.in_force(now).filter(establishment=establishment).order_by("-valid_until", "pk").first()
    rounds = Shard.objects.of_rounds().filter(establishment=establishment)
    shard = rounds.select_related("campaign").order_by("-pk").first()
    return FirstHour(_step(states, mandate, shard), states, mandate, shard)


def _step(states: tuple[standing.State, ...], mandate: Mandate | None, shard: Shard | None) -> Step:
    domains = [state for state in states if state.asset.kind == AssetKind.DOMAIN]
    asked = domains or list(states)
    if not asked:
        return Step.DOMAIN
    if all(state.needs_proof and not state.proved for state in asked):
        return Step.PROOF
    if mandate is None:
        return Step.MANDATE
    return Step.TODAY if shard is not None and shard.state == ShardState.DONE else Step.LOOK


@transaction.atomic
def begin_look(*, establishment: Establishment, by: str, now: datetime) -> Campaign:
    """Look at this establishment alone, under its mandate. Raise TooSoon, NoMandate, StopInForce."""
    recent = Shard.objects.of_rounds().filter(establishment=establishment, campaign__started_at__gt=now - BETWEEN_LOOKS)
    if recent.exclude(state=ShardState.STOPPED).exists():
        raise TooSoon(establishment.pk)
    name = _("First look at %(name)s") % {"name": establishment.name}
    return start_campaign(name=name[:120], establishments=[establishment], ports=default_ports(), by=by, now=now)
