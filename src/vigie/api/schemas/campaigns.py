"""Campaigns, their progress, and the emergency stop."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from vigie.apps.registry.enums import TerritoryKind
from vigie.apps.scans.enums import CampaignState
from vigie.apps.scans.models import StopOrder
from vigie.apps.scans.queries import Progress

from ..paging import Page
from .values import Finess, Given, Line, Told

MOST_PORTS = 200  # as the page asks
Port = Annotated[int, Field(ge=1, le=65535)]


class CampaignOut(Told):
    id: int
    name: str
    state: CampaignState
    held_reason: str
    started_at: datetime
    ended_at: datetime | None
    establishments: int
    establishments_done: int
    hosts: int
    hosts_done: int
    services: int


class Campaigns(Page[CampaignOut]):
    pass


class NotLooked(Told):
    finess: str
    reason: str


class UnknownOut(Told):
    reason: str
    count: int


class ProgressOut(CampaignOut):
    ports: list[int]
    not_looked: list[NotLooked] = Field(description="Asked for, and not looked at: nobody allows it.")
    establishments_failed: int
    hosts_reached: int
    questions: int
    new: int = Field(description="Services that were not there, or otherwise, at the look before.")
    gone: int = Field(description="Not seen once: waiting for a second look.")
    unknowns: list[UnknownOut] = Field(description="Looked at, and not known, by reason.")
    unlooked: list[UnknownOut] = Field(description="Not looked at: ports, names or addresses, by reason.")
    ends_about: datetime | None


class Place(Given):
    kind: TerritoryKind
    code: Line


class CampaignIn(Given):
    name: Line = Field(default="", description="The date when it is empty.")
    ports: Annotated[list[Port], Field(max_length=MOST_PORTS)] = Field(
        default_factory=list, description="TCP ports; the usual ones when empty."
    )
    establishments: Annotated[list[Finess], Field(max_length=10_000)] | None = Field(
        default=None, description="FINESS numbers. Without them and without a territory: whoever gave a mandate."
    )
    territory: Place | None = None


class StopIn(Given):
    reason: Annotated[Line, Field(description="Why, for whoever lifts it.")] = ""


class StopOut(Told):
    ordered_at: datetime
    ordered_by: str
    reason: str
    lifted_at: datetime | None


class StopState(Told):
    in_force: StopOut | None


class Lifted(Told):
    lifted: int


def campaign_out(row: Any) -> CampaignOut:
    """Of a row of `queries.campaigns`, which carries its sums."""
    return CampaignOut(
        **_named(row),
        establishments=row.shard_count,
        establishments_done=row.done_count,
        hosts=row.hosts,
        hosts_done=row.hosts_done,
        services=row.services,
    )


def progress_out(known: Progress) -> ProgressOut:
    row = known.campaign
    plain = "hosts", "hosts_done", "hosts_reached", "questions", "services", "new", "gone", "ends_about"
    return ProgressOut(
        **_named(row),
        **{name: getattr(known, name) for name in plain},
        ports=row.ports,
        not_looked=[NotLooked(finess=one["finess"], reason=one["reason"]) for one in row.not_looked],
        establishments=known.shards,
        establishments_done=known.done,
        establishments_failed=known.failed,
        unknowns=[UnknownOut.model_validate(one) for one in known.unknowns],
        unlooked=[UnknownOut.model_validate(one) for one in known.unlooked],
    )


def stop_out(order: StopOrder) -> StopOut:
    return StopOut.model_validate(order)


def _named(row: Any) -> dict[str, Any]:
    plain = "name", "state", "held_reason", "started_at", "ended_at"
    return {"id": row.pk} | {name: getattr(row, name) for name in plain}
