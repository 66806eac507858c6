"""What an establishment declared, and who allowed that it be looked at."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from vigie.apps.assets.enums import AssetKind, Intensity, MandateKind
from vigie.apps.assets.models import Asset, Mandate

from .values import PRINTED, Given, Line, Told


class AssetOut(Told):
    id: int
    kind: AssetKind
    value: str
    label: str
    exchanges_care_data: bool
    valid_from: date
    valid_until: date | None


class MandateOut(Told):
    id: int
    kind: MandateKind
    signatory: str
    basis: str
    valid_from: datetime
    valid_until: datetime
    withdrawn_at: datetime | None
    in_force: bool
    intensity: Intensity
    exclusions: list[str]
    excluded_ports: list[int]


class PerimeterOut(Told):
    assets: list[AssetOut]
    mandates: list[MandateOut]


class AssetIn(Given):
    kind: AssetKind
    value: Annotated[str, StringConstraints(min_length=1, max_length=253, pattern=PRINTED)] = Field(
        description="portail.example.org, 203.0.113.17 or 203.0.113.0/28"
    )
    label: Line = ""
    exchanges_care_data: bool = False


def asset_out(row: Asset) -> AssetOut:
    plain = "kind", "value", "label", "exchanges_care_data", "valid_from", "valid_until"
    return AssetOut(id=row.pk, **{name: getattr(row, name) for name in plain})


def mandate_out(row: Mandate, now: datetime) -> MandateOut:
    plain = "kind", "signatory", "basis", "valid_from", "valid_until", "withdrawn_at"
    limits = "intensity", "exclusions", "excluded_ports"
    in_force = row.withdrawn_at is None and row.valid_from <= now < row.valid_until
    return MandateOut(id=row.pk, in_force=in_force, **{name: getattr(row, name) for name in (*plain, *limits)})
