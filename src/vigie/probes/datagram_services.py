"""Which services without connections answer at these addresses, and what do they say of themselves?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

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


def ask_datagrams(
    addresses: Sequence[str], settings: ProbeSettings, *, gate: Gate, stop: StopSignal
) -> Mapping[str, tuple[ServiceLook, ...]]:
    """What answered, by address. Silence is not told: it proves nothing. Blocks; asks nothing when none is wanted."""
    questions = {service: DATAGRAMS[service] for service in settings.datagrams}
    if not questions:
        return {}
    answers = udp_sweep(addresses, questions, gate=gate, stop=stop, timeout_seconds=settings.timeouts.connect)
    found: dict[str, tuple[ServiceLook, ...]] = {}
    for (address, service), answer in answers.items():
        if answer.state is PortState.OPEN:
            look = service_look(address, service, DATAGRAMS[service].port, answer, gate)
            found[address] = (*found.get(address, ()), look)
    return found


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
