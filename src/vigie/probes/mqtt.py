"""Does a message broker answer here? Asked in a version that no broker speaks, so that no session is ever opened."""

from vigie.engine.facts import Facts
from vigie.engine.facts_of_infrastructure import BrokerFacts

from .answer import Found, kept
from .connection import Connection
from .errors import Garbled

# CONNECT of "MQTT" at level 127: MQTT 3.1.1, 3.1.2.2, obliges the server to refuse it by a code, then to close.
QUESTION = b"\x10\x0e\x00\x04MQTT\x7f\x02\x00\x0a\x00\x02vg"
_CONNACK = 0x20
_REFUSALS = {1, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x87, 0x95}  # version not supported, and how version 5 words it


async def ask(connection: Connection, *, first: float, total: float) -> Found:
    """Raises Garbled when what answers is no broker, ProbeError when nothing does."""
    await connection.send(QUESTION)
    answer = await connection.read_exactly(4, first=first, total=total)
    return Found("mqtt", Facts(broker=parse(answer)), (kept("mqtt", QUESTION, answer),))


def parse(answer: bytes) -> BrokerFacts:
    """The refusal of a broker; raises Garbled for anything else."""
    if len(answer) < 4 or answer[0] != _CONNACK or not 2 <= answer[1] <= 127 or answer[3] not in _REFUSALS:
        raise Garbled("no MQTT answer")
    return BrokerFacts("mqtt", None, None)
