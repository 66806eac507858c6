"""Establishments, and what groupings are made of."""

from datetime import date, datetime

from pydantic import Field

from vigie.apps.registry.enums import GroupKind, TerritoryKind
from vigie.apps.scans.models import Service

from ..paging import Page
from .levels import LevelOut
from .values import Told


class EstablishmentOut(Told):
    finess: str
    name: str
    category: str
    category_label: str
    city: str
    department: str | None
    level: LevelOut | None = Field(description="Null when it was never looked at.")
    open: int | None = Field(description="Findings to mend; null when they may not be counted, or nobody looked.")
    exploited: int | None
    late: int | None


class Establishments(Page[EstablishmentOut]):
    pass


class GroupRef(Told):
    kind: GroupKind
    code: str
    name: str


class EstablishmentDetail(EstablishmentOut):
    siren: str
    postal_code: str
    legal_status: str
    opened_on: date | None
    closed_on: date | None
    groups: list[GroupRef]


class ShareOut(Told):
    letter: str | None
    count: int
    percent: float


class FiguresOut(Told):
    open: int
    establishments: int
    exploited: int
    exploited_establishments: int
    late: int


class GroupingOut(Told):
    kind: GroupKind | TerritoryKind
    code: str
    name: str
    above: str | None = Field(description="Code of the territory that holds it.")


class GroupingDetail(GroupingOut):
    level: LevelOut | None
    establishments: int = Field(description="Those in scope on that day: what the shares are of.")
    letters: list[ShareOut] | None = Field(description="Null when they are of too few to be told.")
    findings: FiguresOut | None = Field(description="Null without the right to count findings, or of too few.")
    veiled: bool = Field(description="Whether something is not told because so few establishments could be recognised.")


class Groupings(Page[GroupingOut]):
    pass


class ServiceOut(Told):
    id: int
    address: str
    port: int
    transport: str
    name: str = Field(description="The host name that was asked; empty by address.")
    service: str = Field(description="Empty when it was not recognised.")
    answer: str
    reason: str = Field(description="Why it is not known.")
    product: str | None = Field(description="vendor:product version, when told.")
    first_seen: datetime
    last_confirmed: datetime
    ended_at: datetime | None


class Services(Page[ServiceOut]):
    pass


def service_out(row: Service) -> ServiceOut:
    plain = "address", "port", "transport", "name", "service", "answer", "reason"
    dates = "first_seen", "last_confirmed", "ended_at"
    pair = row.pair
    product = f"{pair.vendor}:{pair.product} {pair.version}".strip() if pair else None
    return ServiceOut(id=row.pk, product=product, **{name: getattr(row, name) for name in (*plain, *dates)})
