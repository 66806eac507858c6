"""Under which marking, in whose name and in which pages is an incident passed on? Dated, as typed values."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from . import documents
from .params import editions

MARKINGS = {"clear", "green", "amber", "amber+strict", "red"}


@dataclass(frozen=True, slots=True)
class Sharing:
    slug: str
    since: date
    reference: str
    tlp: str
    producer: str
    collection: str  # the identifier of the TAXII collection
    page_size: int  # objects


@cache
def sharing(day: date) -> Sharing:
    """The edition in force on that day; before the first one, the first one."""
    known = editions("incident-sharing")
    path = next((path for since, path in reversed(known) if since <= day), known[0][1])
    raw = documents.read(path)
    if raw["tlp"] not in MARKINGS:
        raise documents.DocumentError(f"vigie/data/{path}.yaml: no marking is called {raw['tlp']}")
    return Sharing(
        raw["slug"], raw["valid_from"], raw["reference"], raw["tlp"], raw["producer"], raw["collection"],
        raw["page_size"],
    )  # fmt: skip
