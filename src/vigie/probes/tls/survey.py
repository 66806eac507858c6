"""What else would this server have accepted? Asked by hand-made hellos, each on a light connection of its own.

One hello tells the best version and one suite among those that it offers, and nothing of the others. An honest server
refuses the two first, and the survey ends there.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from vigie.engine.cipher_suites import FINITE_FIELD, SOUND, SUITES, SuiteFault, faults_of, left_to_ask
from vigie.engine.facts import RawAnswer
from vigie.engine.facts_of_tls import TlsFacts

from ..answer import kept
from ..connection import CHUNK, Connection
from ..errors import Closed, ProbeError, Silent
from .certificate import read_staple
from .flight import Flight, FlightReader
from .handshake import OBSOLETE, shown
from .hello import NAMES, SSL3, TLS11, TLS12, Offer, hello

Open = Callable[[], Awaitable[Connection]]  # a connection that waits for a ClientHello

MOST_QUESTIONS = 14  # the most that the worst of servers takes: three versions, six faults, groups, a staple
PROBE = "tls-hello"
# What a server of before TLS 1.2 can choose, the sound and the faulty ones.
OLD_SUITES = tuple(number for number, name in SUITES.items() if name.endswith(("_CBC_SHA", "_RC4_128_SHA", "_MD5")))
_RSA_ALONE = tuple(number for number in OLD_SUITES if SUITES[number].startswith("RSA_WITH_"))
# RFC 8446 6.2: handshake_failure, illegal_parameter, protocol_version, insufficient_security, internal_error,
# inappropriate_fallback. Of any other, nothing can be told.
_REFUSALS = frozenset({40, 47, 70, 71, 80, 86})
_CANNOT_SIGN = 80  # some choose a version, then find that they may not sign in it: another exchange may do


@dataclass(slots=True)
class Survey:
    """The questions of one service under one name. Ends at the first silence: what was not asked stays unknown."""

    open: Open
    server_name: str | None
    first: float
    total: float
    raw: list[RawAnswer] = field(default_factory=list)
    questions: int = 0
    silenced: bool = False

    async def complete(self, facts: TlsFacts) -> TlsFacts:
        """The facts of a handshake, with what else is accepted; what cannot be asked stays unknown."""
        facts = await self._versions(facts)
        facts = await self._suites(facts)
        leaf = facts.certificate
        if leaf is not None and leaf.says_status_at and not facts.staple_asked:
            facts = await self._staple(facts)
        return facts

    async def begin(self, connection: Connection | None = None, *, everything: bool = False) -> TlsFacts | None:
        """What a server of TLS 1.2 or older tells in clear, on this connection or a new one.

        None when it is of TLS 1.3 alone, or when nothing can be told. `everything` is all suites that there ever were.
        """
        flight = await self.ask(Offer(TLS12, tuple(SUITES) if everything else SOUND), connection)
        if flight is None or flight.version is None or flight.alert is not None:
            return None
        return facts_of_flight(flight, self.server_name)

    async def _versions(self, facts: TlsFacts) -> TlsFacts:
        """From TLS 1.1 down: each answer tells the best one that is left."""
        accepted, refused = set(facts.versions), set(facts.refused)
        ceiling: int | None = TLS11
        while ceiling is not None and ceiling >= SSL3:
            flight = await self.ask(Offer(ceiling, OLD_SUITES))
            if flight is not None and flight.alert == _CANNOT_SIGN:
                flight = await self.ask(Offer(ceiling, _RSA_ALONE))
            if flight is None:
                break
            if flight.version is None or flight.alert is not None:
                refused |= {NAMES[version] for version in NAMES if version <= ceiling}
                break
            accepted.add(NAMES[flight.version])
            refused |= {NAMES[version] for version in NAMES if flight.version < version <= ceiling}
            ceiling = flight.version - 1
        return replace(
            facts,
            versions=_in_order(accepted),
            refused=_in_order(refused - accepted),
            accepts_obsolete=_accepts_obsolete(accepted, refused),
        )

    async def _suites(self, facts: TlsFacts) -> TlsFacts:
        """One faulty suite after another, until all that are left are refused; with the groups of Diffie-Hellman."""
        found: dict[str, frozenset[SuiteFault]] = {}
        groups: tuple[int, ...] = FINITE_FIELD
        told, bits, versions = False, facts.dh_bits, set(facts.versions)
        while not told:
            known = frozenset[SuiteFault]().union(*found.values())
            offered = (*left_to_ask(known), *groups)
            flight = await self.ask(Offer(TLS12, offered)) if offered else Flight(alert=0)
            if flight is None:
                break
            if flight.dh_bits is not None:
                bits = min(flight.dh_bits, bits or flight.dh_bits)
            if flight.version is None or flight.suite is None or flight.alert is not None:
                told = True
                continue
            versions.add(NAMES[flight.version])
            if flight.suite in groups:
                groups = ()
            else:
                name = SUITES[flight.suite]
                found[name] = faults_of(name)
        weak = tuple(sorted(found))
        return replace(facts, versions=_in_order(versions), weak_suites=weak, suites_told=told, dh_bits=bits)

    async def _staple(self, facts: TlsFacts) -> TlsFacts:
        """A status is passed on in clear up to TLS 1.2 alone."""
        flight = await self.ask(Offer(TLS12, SOUND))
        if flight is None or flight.version is None or flight.alert is not None:
            return facts
        versions = _in_order({*facts.versions, NAMES[flight.version]})
        return replace(facts, versions=versions, staple=read_staple(flight.staple), staple_asked=True)

    async def ask(self, offer: Offer, connection: Connection | None = None) -> Flight | None:
        """The answer to one hello, a refusal being one; None when nothing can be told."""
        if self.silenced or self.questions >= MOST_QUESTIONS:
            return None
        self.questions += 1
        try:
            connection = connection or await self.open()
        except ProbeError:  # not allowed any more, or not answered
            self.silenced = True
            return None
        said = hello(offer, self.server_name)
        async with connection:
            heard = bytearray()
            try:
                flight: Flight | None = await ask_hello(
                    connection, offer, said, first=self.first, total=self.total, heard=heard
                )
            except Closed:
                # It spoke TLS a moment ago: to close on a hello is how some refuse it, when they said nothing else.
                flight = None if heard else Flight(alert=0)
            except Silent:
                self.silenced, flight = True, None
            except ProbeError:
                flight = None
        self.raw.append(kept(PROBE, said, bytes(heard)))
        if flight is not None and flight.alert is not None and flight.alert not in {0, *_REFUSALS}:
            return None
        return flight


async def ask_hello(
    connection: Connection, offer: Offer, said: bytes, *, first: float, total: float, heard: bytearray
) -> Flight:
    """Say one hello and read its answer to its end. Raises ProbeError; a refusal by alert is an answer."""
    await connection.send(said)
    reader = FlightReader(offer)
    async for data in connection.pieces(first=first, total=total):
        heard += data[: CHUNK - len(heard)]
        reader.feed(data)
        if reader.complete:
            break
    return reader.flight


def facts_of_flight(flight: Flight, server_name: str | None) -> TlsFacts:
    """What a server of TLS 1.2 or older tells in clear, without any key."""
    version, suite = flight.version or SSL3, flight.suite or SOUND[0]
    return shown(server_name, NAMES[version], SUITES[suite], flight.chain, flight)


def _in_order(versions: set[str]) -> tuple[str, ...]:
    order = [*NAMES.values(), "TLSv1.3"]
    return tuple(sorted(versions, key=lambda one: order.index(one) if one in order else -1))


def _accepts_obsolete(accepted: set[str], refused: set[str]) -> bool | None:
    if accepted & OBSOLETE:
        return True
    return False if refused >= OBSOLETE else None
