"""What must a perfect observer find in the laboratory, all of it and nothing else?

Read from the declarations of the plan, never from Vigie's own checks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import draw
from .faces import Face, Protocol
from .plan import Establishment, Host, Plan, Service

NAME_MISMATCH = "tls-name-mismatch"
_WEB = frozenset({Protocol.HTTP, Protocol.HTTPS, Protocol.FHIR})
_ODD = frozenset({Protocol.SILENT, Protocol.ENDLESS, Protocol.BIG_HEADER})


@dataclass(frozen=True, slots=True, order=True)
class Planted:
    finess: str
    address: str
    port: int
    kind: str  # "check" or "product"
    subject: str  # slug of the check, or "vendor:product"
    version: str  # of the product, "" for a check
    names: tuple[str, ...]  # host names under which it shows, "" by address


@dataclass(frozen=True, slots=True, order=True)
class PlantedService:
    finess: str
    address: str
    port: int
    name: str
    service: str
    vendor: str  # "" when nothing tells the product
    product: str
    version: str  # "" when the product does not say


def expected(phase: int, plan: Plan | None = None) -> frozenset[Planted]:
    """Every weakness that can be proven in this phase, once a port, with the names under which it shows."""
    return frozenset(
        planted
        for establishment, host, service, face in _shown(phase, plan)
        for planted in _weaknesses(establishment, host, service, face)
    )


def waiting(phase: int, plan: Plan | None = None) -> frozenset[Planted]:
    """Weaknesses of the first phase whose port has closed since: gone from sight, and proven by nothing."""
    everything = {
        (host.address, s.port): s
        for e in (plan or draw.make()).establishments
        for host in e.hosts
        for s in host.services
    }
    return frozenset(one for one in expected(1, plan) if everything[one.address, one.port].face(phase) is None)


def expected_services(phase: int, plan: Plan | None = None) -> frozenset[PlantedService]:
    """Every open port that can be recognised, and what it runs."""
    found = set()
    for establishment, host, service, face in _shown(phase, plan):
        if face.protocol in _ODD or _is_unproven(establishment, face):
            continue
        product = face.product
        what = (product.vendor, product.product, product.version or "") if product else ("", "", "")
        for name in _names(host, face):
            found.add(
                PlantedService(establishment.finess, host.address, service.port, name, face.protocol.value, *what)
            )
    return frozenset(found)


def silent(phase: int, plan: Plan | None = None) -> frozenset[tuple[str, int]]:
    """Ports that accept and say nothing, and on which nothing may be concluded."""
    return _where(phase, plan, lambda _, face: face.protocol is Protocol.SILENT)


def unknown(phase: int, plan: Plan | None = None) -> frozenset[tuple[str, int]]:
    """Open ports on which no check may conclude: silent, endless, unbearable, or HL7 that may not be asked."""
    return _where(phase, plan, lambda owner, face: face.protocol in _ODD or _is_unproven(owner, face))


def cves(phase: int, plan: Plan | None = None) -> frozenset[tuple[str, int, str]]:
    """(address, port, CVE) that must be among what is found; a fuller catalogue may know more."""
    return frozenset((host.address, s.port, cve) for _, host, s, face in _shown(phase, plan) for cve in face.cves)


def _shown(phase: int, plan: Plan | None) -> Iterator[tuple[Establishment, Host, Service, Face]]:
    """What is open in this phase where a mandate lets one ask."""
    for establishment in (plan or draw.make()).establishments:
        for host in establishment.hosts:
            for service in host.services:
                face = service.face(phase)
                if face is not None and establishment.may_be_asked(host.address, service.port):
                    yield establishment, host, service, face


def _where(phase: int, plan: Plan | None, holds: Callable[[Establishment, Face], bool]) -> frozenset[tuple[str, int]]:
    return frozenset((host.address, service.port) for e, host, service, face in _shown(phase, plan) if holds(e, face))


def _is_unproven(establishment: Establishment, face: Face) -> bool:
    """An HL7 listener keeps silent until it is sent a frame, which only some mandates allow."""
    mandate = establishment.mandate
    return face.protocol is Protocol.MLLP and not (mandate and mandate.allow_mllp_frame)


def _names(host: Host, face: Face) -> tuple[str, ...]:
    return ("", host.name) if host.name and face.protocol in _WEB else ("",)


def _weaknesses(establishment: Establishment, host: Host, service: Service, face: Face) -> Iterator[Planted]:
    if _is_unproven(establishment, face):
        return
    where, names = (establishment.finess, host.address, service.port), _names(host, face)
    for check in face.fails:
        # Asked by its address alone, a server cannot show the wrong name.
        shown = names if check != NAME_MISMATCH else tuple(filter(None, names))
        if shown:
            yield Planted(*where, "check", check, "", shown)
    if face.cves and face.product:
        subject = f"{face.product.vendor}:{face.product.product}"
        yield Planted(*where, "product", subject, face.product.version or "", names)
