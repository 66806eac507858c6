"""What answers, one line a port: the names that show the same thing there are told together."""

from collections.abc import Iterable
from dataclasses import dataclass

from vigie.apps.scans.models import Service


@dataclass(frozen=True, slots=True)
class Shown:
    service: Service  # the first of them
    names: tuple[str, ...]  # host names that show it, without the look by address


def by_port(services: Iterable[Service]) -> list[Shown]:
    """In the order given; two products under two names of one port are two lines."""
    together: dict[tuple[object, ...], list[Service]] = {}
    for one in services:
        key = (one.address, one.domain, one.port, one.transport, one.service, one.pair_id, one.answer, one.absences > 0)
        together.setdefault(key, []).append(one)
    return [Shown(same[0], tuple(one.name for one in same if one.name)) for same in together.values()]
