"""The plan of the invented region: who is there, what each one shows, and how it changes from phase to phase."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .faces import Face
from .towns import EstablishmentKind, Group

PORTS = (2121, 2222, 2525, 2575, 2587, 4242, 8080, 8081, 8088, 8090, 8443, 9443, 10443, 11112)  # asked of every host
PHASES = (1, 2, 3)
DNS_PORT = 5353
ZONE = "valombre.example"
EDITION = date(2026, 11, 1)  # of the registry files
MANDATES_FROM = date(2026, 1, 1)
MANDATES_UNTIL = date(2036, 1, 1)


@dataclass(frozen=True, slots=True)
class Service:
    port: int
    faces: tuple[Face | None, Face | None, Face | None]  # in phases 1, 2 and 3; None while the port is closed

    def face(self, phase: int) -> Face | None:
        return self.faces[phase - 1]


@dataclass(frozen=True, slots=True)
class Host:
    address: str
    name: str  # host name that resolves to it; "" for none
    label: str
    services: tuple[Service, ...]
    care_data: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    finess: str
    name: str
    siret: str
    easting: int  # metres, EPSG:2154, in the ocean so that no place is pointed at
    northing: int


@dataclass(frozen=True, slots=True)
class Mandate:
    signatory: str
    intensity: str = "brisk"
    exclusions: tuple[str, ...] = ()
    excluded_ports: tuple[int, ...] = ()
    allow_mllp_frame: bool = False


@dataclass(frozen=True, slots=True)
class Establishment:
    finess: str
    siren: str
    name: str
    kind: EstablishmentKind
    town: str
    department: str
    postal_code: str
    telephone: str
    group: Group | None
    sites: tuple[Site, ...]
    hosts: tuple[Host, ...]
    mandate: Mandate | None
    declared_range: str = ""  # declared in place of each address
    dead_names: tuple[str, ...] = ()  # declared, and unknown to the DNS
    outside_names: tuple[str, ...] = ()  # declared, and resolving to an address that is not

    def may_be_asked(self, address: str, port: int) -> bool:
        """Whether the mandate lets anything be sent there."""
        mandate = self.mandate
        return mandate is not None and address not in mandate.exclusions and port not in mandate.excluded_ports


@dataclass(frozen=True, slots=True)
class Plan:
    network: str  # first two numbers of every address: "127.60"
    establishments: tuple[Establishment, ...]
    outsider: Host  # belongs to nobody: a declared name resolves to it, and nothing may be sent there

    @property
    def dns(self) -> tuple[str, int]:
        return (f"{self.network}.0.53", DNS_PORT)

    def listeners(self) -> Iterator[tuple[Host, Service]]:
        for establishment in self.establishments:
            for host in establishment.hosts:
                yield from ((host, service) for service in host.services)
        yield from ((self.outsider, service) for service in self.outsider.services)

    def names(self) -> dict[str, str]:
        """What the DNS of the laboratory knows: name -> address."""
        known: dict[str, str] = {}
        for establishment in self.establishments:
            known |= {host.name: host.address for host in establishment.hosts if host.name}
            known |= dict.fromkeys(establishment.outside_names, self.outsider.address)
        return known

    def forbidden(self) -> frozenset[tuple[str, int]]:
        """Where a listener counts, and must count nothing: no mandate covers it."""
        closed = {(self.outsider.address, service.port) for service in self.outsider.services}
        for establishment in self.establishments:
            for host in establishment.hosts:
                ports = (service.port for service in host.services)
                closed |= {(host.address, p) for p in ports if not establishment.may_be_asked(host.address, p)}
        return frozenset(closed)
