"""Which services without connections answer at these addresses, and what do they say of themselves?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vigie.data.rules import matcher
from vigie.engine.facts import Answer, Facts, PortState, ServiceLook, Transport

from .answer import kept
from .datagram_answers import facts_in
from .datagrams import DATAGRAMS
from .gate import Gate
from .settings import ProbeSettings
from .stop import StopSignal
from .udp_sweep import UdpAnswer, udp_sweep

UNREADABLE = "answers in a form that is not understood"


@dataclass(frozen=True, slots=True)
class DatagramLook:
    """What one address answered to the questions without connections."""

    services: tuple[ServiceLook, ...] = ()
    refused: tuple[int, ...] = ()  # the host answered that nothing listens there
    silent: tuple[int, ...] = ()  # proves nothing
    not_asked: tuple[tuple[int, str], ...] = ()  # port, why

    @property
    def questions(self) -> int:
        return len(self.services) + len(self.refused) + len(self.silent)


def ask_datagrams(
    addresses: Sequence[str], settings: ProbeSettings, *, gate: Gate, stop: StopSignal
) -> Mapping[str, DatagramLook]:
    """An entry for each address. Blocks; asks nothing when nothing is wanted."""
    questions = {service: DATAGRAMS[service] for service in settings.datagrams}
    if not questions:
        return dict.fromkeys(addresses, DatagramLook())
    answers = udp_sweep(addresses, questions, gate=gate, stop=stop, timeout_seconds=settings.timeouts.connect)
    return {address: _told(address, {s: answers[address, s] for s in questions}, gate) for address in addresses}


def _told(address: str, answers: Mapping[str, UdpAnswer], gate: Gate) -> DatagramLook:
    ports = {service: DATAGRAMS[service].port for service in answers}
    by_state: dict[PortState, list[str]] = {state: [] for state in PortState}
    for service, answer in answers.items():
        by_state[answer.state].append(service)
    silent = by_state[PortState.SILENT] + by_state[PortState.UNREACHABLE]
    return DatagramLook(
        services=tuple(service_look(address, s, ports[s], answers[s], gate) for s in by_state[PortState.OPEN]),
        refused=tuple(ports[s] for s in by_state[PortState.REFUSED]),
        silent=tuple(ports[s] for s in silent),
        not_asked=tuple((ports[s], answers[s].reason) for s in by_state[PortState.NOT_ASKED]),
    )


def service_look(address: str, service: str, port: int, answer: UdpAnswer, gate: Gate) -> ServiceLook:
    """One answer, read and recognised."""
    facts = facts_in(service, answer.answered)
    look = ServiceLook(
        address=address,
        port=port,
        transport=Transport.UDP,
        name=None,
        state=PortState.OPEN,
        answer=Answer.ANSWERED,
        service=service,
        reason="",
        looked_at=gate.now(),
        facts=facts,
        identities=matcher().identify(facts),
        raw=(kept(service, answer.asked, answer.answered),),
    )
    if facts == Facts() and service != "openvpn":  # whose answer says nothing but that it is one
        return replace(look, answer=Answer.GARBLED, reason=UNREADABLE)
    return look
