"""What must be spared: when is a host left alone, which equipment is fragile, which ports are nobody's by default?"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from .documents import DocumentError, read

DOCUMENT = "params/care-2026-11-23"
ANY = "*"


class Treatment(StrEnum):
    """How little is asked of what is spared."""

    LIGHT = "light"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class FragileKind:
    kind: str
    treatment: Treatment
    products: frozenset[tuple[str, str]]  # vendor ("*" for any), product

    def holds(self, vendor: str, product: str) -> bool:
        return (vendor, product) in self.products or (ANY, product) in self.products


@dataclass(frozen=True, slots=True)
class CareRule:
    slug: str
    since: date
    reference: str
    time_outs: int  # in a row, of places that had answered
    pause: timedelta
    light_ports: frozenset[int]
    light_conversations: int  # with one port, in one look
    fragile: tuple[FragileKind, ...]
    off_by_default: frozenset[int]

    def fragile_kind(self, vendor: str, product: str) -> FragileKind | None:
        """Which kind of fragile equipment this product is; None for all others."""
        return next((one for one in self.fragile if one.holds(vendor, product)), None)


@cache
def care_rule() -> CareRule:
    """The dated rule; raises DocumentError when it is not of its form."""
    raw = read(DOCUMENT)
    try:
        return CareRule(
            slug=raw["slug"],
            since=raw["valid_from"],
            reference=raw["reference"],
            time_outs=int(raw["breaker"]["time_outs"]),
            pause=timedelta(hours=raw["breaker"]["pause_hours"]),
            light_ports=frozenset(raw["light_ports"]),
            light_conversations=int(raw["light_conversations"]),
            fragile=tuple(
                FragileKind(
                    entry["kind"],
                    Treatment(entry["treatment"]),
                    frozenset((text.split(":")[0], text.split(":")[1]) for text in entry["products"]),
                )
                for entry in raw["fragile"]
            ),
            off_by_default=frozenset(port for ports in raw["off_by_default"].values() for port in ports),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DocumentError(f"vigie/data/{DOCUMENT}.yaml: {error!r}") from error


def named_ports(low: int, high: int) -> tuple[int, ...]:
    """The ports of what somebody wrote, "9100" or "8000-10000": a range leaves out those that are off by default."""
    if low == high:
        return (low,)
    off = care_rule().off_by_default
    return tuple(port for port in range(low, high + 1) if port not in off)
