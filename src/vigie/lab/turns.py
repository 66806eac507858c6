"""What changes from one phase to the next: some weak services are mended, a few vanish, one appears, one returns."""

from dataclasses import replace
from random import Random

from .faces import FACES, Face
from .plan import Establishment, Host, Service

VANISHING = 4
APPEARING = (8081, "http-login")  # on a machine where that port was closed

Place = tuple[int, int, int]  # establishment, host, service


def play(establishments: tuple[Establishment, ...], seed: int) -> tuple[Establishment, ...]:
    """Write phases 2 and 3 over a region drawn as it is in phase 1."""
    random = Random(f"{seed}:turns")
    changes: dict[Place, tuple[Face | None, Face | None, Face | None]] = {}
    weak = _weak_places(establishments)
    random.shuffle(weak)
    for place, face in _vanishing(weak):
        changes[place] = (face, None, None)
    remaining = [(place, face) for place, face in weak if place not in changes and face.becomes]
    for rank, (place, face) in enumerate(remaining[: len(weak) // 3]):
        mended = FACES[face.becomes]
        changes[place] = (face, mended, face if rank == 0 else mended)  # the first one comes back in phase 3
    changed = [_changed(establishment, number, changes) for number, establishment in enumerate(establishments)]
    return tuple(_appeared(changed))


def _weak_places(establishments: tuple[Establishment, ...]) -> list[tuple[Place, Face]]:
    """Weak services that a campaign can see."""
    found: list[tuple[Place, Face]] = []
    for e, establishment in enumerate(establishments):
        for h, host in enumerate(establishment.hosts):
            for s, service in enumerate(host.services):
                face = service.face(1)
                if face and face.is_weak and establishment.may_be_asked(host.address, service.port):
                    found.append(((e, h, s), face))
    return found


def _vanishing(weak: list[tuple[Place, Face]]) -> list[tuple[Place, Face]]:
    """A few, each of another establishment; one of them a DICOM server, that can only be closed."""
    chosen = [next(item for item in weak if item[1].slug.startswith("dicom-open"))]
    for place, face in weak:
        if len(chosen) == VANISHING:
            break
        if place[0] not in {other[0] for other, _ in chosen} and face.becomes:
            chosen.append((place, face))
    return chosen


def _changed(
    establishment: Establishment, number: int, changes: dict[Place, tuple[Face | None, Face | None, Face | None]]
) -> Establishment:
    hosts = []
    for h, host in enumerate(establishment.hosts):
        services = tuple(
            replace(service, faces=changes.get((number, h, s), service.faces))
            for s, service in enumerate(host.services)
        )
        hosts.append(replace(host, services=services))
    return replace(establishment, hosts=tuple(hosts))


def _appeared(establishments: list[Establishment]) -> list[Establishment]:
    """Open one new weak service in phase 2, in the first place that can have it."""
    port, slug = APPEARING
    for number, establishment in enumerate(establishments):
        first = establishment.hosts[0]
        if establishment.mandate and all(service.port != port for service in first.services):
            service = Service(port, (None, FACES[slug], FACES[slug]))
            hosts: tuple[Host, ...] = (replace(first, services=(*first.services, service)), *establishment.hosts[1:])
            establishments[number] = replace(establishment, hosts=hosts)
            return establishments
    return establishments
