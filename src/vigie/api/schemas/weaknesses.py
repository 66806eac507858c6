"""Weaknesses that somebody reported."""

from datetime import datetime

from pydantic import Field

from vigie.apps.incidents.disclosing import words_of
from vigie.apps.incidents.enums import WeaknessState
from vigie.apps.incidents.models import WeaknessReport

from ..paging import Page
from .values import Told


class WeaknessOut(Told):
    id: int
    reference: str
    establishment: str | None = Field(description="FINESS number, when it was given or found.")
    state: WeaknessState
    received_at: datetime
    state_since: datetime
    is_suspect: bool = Field(description="A field that people do not see was filled.")
    wants_credit: bool
    sighting: int | None = Field(description="What is to be verified of it.")


class Weaknesses(Page[WeaknessOut]):
    pass


class WeaknessDetail(WeaknessOut):
    words: dict[str, str] = Field(description="Field -> what was typed; empty once it was judged to be spam.")


def weakness_out(row: WeaknessReport) -> WeaknessOut:
    return WeaknessOut(**_plain(row))


def weakness_detail(row: WeaknessReport) -> WeaknessDetail:
    return WeaknessDetail(**_plain(row), words=words_of(row))


def _plain(row: WeaknessReport) -> dict[str, object]:
    same = "reference", "state", "received_at", "state_since", "is_suspect", "wants_credit"
    beside = {
        "id": row.pk,
        "establishment": row.establishment.finess if row.establishment else None,
        "sighting": row.sighting_id,
    }
    return beside | {name: getattr(row, name) for name in same}
