"""Draw the region from a seed: the same seed gives the same region, to the last port."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from . import numbers
from .faces import FACES, Face
from .plan import PHASES, ZONE, Establishment, Host, Mandate, Plan, Service, Site
from .roles import BIGGEST, IMAGING, INTEROP, MODALITY, OTHERS, REFUSER, WWW, Role, Slot
from .towns import CHR, DEPARTMENTS, GROUPS, MIXES, TOWNS, EstablishmentKind, Group, slug
from .turns import play

Place = tuple[str, str, EstablishmentKind]  # department, town, kind

SEED = 20261123
NETWORK = "127.60"

#   how well an establishment is kept -> how many there are, fewest and most weak services
CARE = {"excellent": (12, 0, 0), "careful": (6, 1, 1), "good": (16, 2, 3), "middling": (14, 3, 5), "poor": (12, 5, 7)}
FORGETFUL = "careful"  # may forget a setting, never a published vulnerability

#   odd servers, each added to a machine of another establishment: port, face
ODDITIES = (
    *((8088, "silent"),) * 6,
    (8081, "silent"),
    (2575, "silent"),
    (8088, "endless"),
    (8088, "http-big-header"),
    (2121, "ftp-latin-1"),
    (10443, "https-looping"),
)


@cache
def make(seed: int = SEED, network: str = NETWORK) -> Plan:
    """The region of this seed; `network` moves its addresses, so that two laboratories can stand side by side."""
    places = _places()
    used: Counter[str] = Counter()
    random = Random(f"{seed}:care")
    care = [level for level, (count, _, _) in CARE.items() for _ in range(count)]
    random.shuffle(care)
    drawn = [_establishment(place, care[rank], seed, network, rank, used) for rank, place in enumerate(places)]
    drawn = _with_special_cases(drawn, care, network)
    outsider = Host(f"{network}.0.99", "", "", tuple(_steady(port, "silent") for port in (2222, 8080, 8443)))
    return Plan(network, play(tuple(drawn), seed), outsider)


def _places() -> list[Place]:
    towns = [(department, town) for department in DEPARTMENTS for town in TOWNS[department]]
    places = [(*place, kind) for rank, place in enumerate(towns) for kind in MIXES[rank % len(MIXES)]]
    places[0] = (*towns[0], CHR)
    return places


def _establishment(place: Place, care: str, seed: int, network: str, rank: int, used: Counter[str]) -> Establishment:
    department, town, kind = place
    random = Random(f"{seed}:{rank}")
    siren = numbers.siren(10_000 + rank)
    name = kind.name.format(town=town)
    domain = f"{slug(kind.slug)}-{slug(town)}.{ZONE}"
    roles = _usual_roles(random, kind) + _health_roles(random, care)
    hosts = _hosts(random, f"{network}.{10 + rank}", domain, roles, care, used)
    frame = any(role is INTEROP for role in roles) and rank % 2 == 0
    return Establishment(
        finess=numbers.finess(100_000 + rank),
        siren=siren,
        name=name,
        kind=kind,
        town=town,
        department=department,
        postal_code=f"00{int(department[1])}99",
        telephone=numbers.telephone(1000 + rank),
        group=_group(kind, department, town),
        sites=_sites(random, rank, siren, name, kind),
        hosts=hosts,
        mandate=Mandate(f"Direction, {name}", allow_mllp_frame=frame),
    )


def _usual_roles(random: Random, kind: EstablishmentKind) -> list[Role]:
    if kind is CHR:
        return list(BIGGEST)
    drawn = random.sample(OTHERS, kind.size - 1)
    return [WWW, *(role for role in OTHERS if role in drawn)]


def _health_roles(random: Random, care: str) -> list[Role]:
    """DICOM and HL7 face the internet only where little care is taken: no sound establishment shows them."""
    if care == "poor":
        return random.sample((IMAGING, INTEROP, MODALITY), 2)
    if care == "middling" and random.random() < 0.5:
        return [random.choice((IMAGING, INTEROP, MODALITY))]
    return []


def _group(kind: EstablishmentKind, department: str, town: str) -> Group | None:
    if kind.sector == "public":
        return next(g for g in GROUPS if g.code == f"X1-0{department[1]}")
    if kind.sector == "association":
        return GROUPS[4]
    return GROUPS[3] if town not in ("Lunessac", "Aigrevent", "Malvergnes") else None


def _sites(random: Random, rank: int, siren: str, name: str, kind: EstablishmentKind) -> tuple[Site, ...]:
    count = 3 if kind is CHR else 2 if kind.slug == "ch" else random.choice((1, 1, 2))
    titles = ("", " - site du Parc", " - site du Lac")
    return tuple(
        Site(
            finess=numbers.finess(200_000 + rank * 4 + number),
            name=name + titles[number],
            siret=numbers.siret(siren, number + 1),
            easting=100_000 + rank * 900 + number * 120,
            northing=6_430_000 + random.randrange(0, 60_000, 10),
        )
        for number in range(count)
    )


@dataclass(slots=True)
class _Draft:
    host: int
    slot: Slot
    face: Face | None


def _hosts(
    random: Random, prefix: str, domain: str, roles: list[Role], care: str, used: Counter[str]
) -> tuple[Host, ...]:
    drafts = [
        _Draft(number, slot, random.choice(slot.sound) if slot.sound else None)
        for number, role in enumerate(roles)
        for slot in role.slots
    ]
    _weaken(random, drafts, care, used)
    hosts = []
    named: set[str] = set()
    for number, role in enumerate(roles):
        name = f"{role.host_name}.{domain}" if role.host_name and role.slug not in named else ""
        named.add(role.slug)
        services = tuple(Service(d.slot.port, (d.face,) * 3) for d in drafts if d.host == number and d.face)
        hosts.append(Host(f"{prefix}.{10 + number}", name, role.label, services, role.care_data))
    return tuple(hosts)


def _weaken(random: Random, drafts: list[_Draft], care: str, used: Counter[str]) -> None:
    """Give some services a weak face; those that have no sound one (DICOM, HL7) are always given it."""
    _, fewest, most = CARE[care]
    for draft in drafts:
        if draft.face is None:
            draft.face = _least_used(draft.slot.weak, used)
    candidates = [draft for draft in drafts if draft.slot.sound and draft.slot.weak]
    for draft in random.sample(candidates, min(len(candidates), random.randint(fewest, most))):
        faces = tuple(face for face in draft.slot.weak if care != FORGETFUL or not face.cves)
        draft.face = _least_used(faces, used) if faces else draft.face


def _least_used(faces: tuple[Face, ...], used: Counter[str]) -> Face:
    """The weak face met least so far, so that each is met."""
    chosen = min(faces, key=lambda face: used[face.slug])
    used[chosen.slug] += 1
    return chosen


def _steady(port: int, face: str) -> Service:
    return Service(port, (FACES[face],) * len(PHASES))  # type: ignore[arg-type]  # three phases


def _with_special_cases(drawn: list[Establishment], care: list[str], network: str) -> list[Establishment]:
    """Place what the tests need: odd servers, hosts that refuse, names that lead nowhere, mandates with limits."""
    ranks = {level: [rank for rank, of in enumerate(care) if of == level] for level in CARE}
    # One odd server an establishment, from the end of the list, on machines that do not use its port.
    for rank, (port, face) in zip(reversed(ranks["good"] + ranks["middling"]), ODDITIES, strict=False):
        drawn[rank] = _add_service(drawn[rank], port, face)
    for rank in ranks["excellent"][:4]:
        drawn[rank] = _add_host(drawn[rank], Host(f"{network}.{10 + rank}.30", "", REFUSER.label, ()))

    silent_two, excluded, no_ssh = ranks["middling"][:2], ranks["middling"][2], ranks["good"][0]
    for rank in silent_two:
        drawn[rank] = replace(drawn[rank], mandate=None)
    address = f"{network}.{10 + excluded}.31"
    fragile = Host(address, "", "Automate fragile", (_steady(2222, "ssh-7.4"), _steady(8080, "http-login")))
    drawn[excluded] = _limit(_add_host(drawn[excluded], fragile), exclusions=(address,))
    drawn[no_ssh] = _limit(drawn[no_ssh], excluded_ports=(2222,))

    dead, outside, ranged = ranks["good"][1:4]
    drawn[dead] = replace(drawn[dead], dead_names=(_sibling(drawn[dead], "ancien"),))
    drawn[outside] = replace(drawn[outside], outside_names=(_sibling(drawn[outside], "annexe"),))
    drawn[ranged] = replace(drawn[ranged], declared_range=f"{network}.{10 + ranged}.8/29")
    return drawn


def _add_service(establishment: Establishment, port: int, face: str) -> Establishment:
    hosts = list(establishment.hosts)
    number = next(n for n, host in enumerate(hosts) if all(service.port != port for service in host.services))
    hosts[number] = replace(hosts[number], services=(*hosts[number].services, _steady(port, face)))
    return replace(establishment, hosts=tuple(hosts))


def _add_host(establishment: Establishment, host: Host) -> Establishment:
    return replace(establishment, hosts=(*establishment.hosts, host))


def _limit(
    establishment: Establishment, exclusions: tuple[str, ...] = (), excluded_ports: tuple[int, ...] = ()
) -> Establishment:
    assert establishment.mandate is not None  # drawn with one
    limited = replace(establishment.mandate, exclusions=exclusions, excluded_ports=excluded_ports)
    return replace(establishment, mandate=limited)


def _sibling(establishment: Establishment, label: str) -> str:
    """Another name in the domain of its public site."""
    return f"{label}.{establishment.hosts[0].name.split('.', 1)[1]}"
