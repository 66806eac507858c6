"""Which ports of these addresses are open? The one place that chooses how they are asked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from vigie.engine.facts import PortState

from .gate import Gate
from .knock import TRIES, Place, PortAnswer, knock
from .raw_sweep import Dial, NoRawSweep, raw_sweep
from .scope import Intensity, Permit
from .stop import StopSignal

WORTH_RAW = 256  # places: below, a process would take longer to start than ordinary connections to end


def sweep(
    targets: Iterable[tuple[str, tuple[int, ...]]],
    *,
    gate: Gate,
    stop: StopSignal,
    timeout_seconds: float,
    dial: Dial | None = None,
) -> Mapping[tuple[str, int], PortAnswer]:
    """Ask every port of every address once, again once when nothing came; one entry for each that was given.

    By raw questions when `dial` leads to vigie-sweep, for as long as the gate lets them go; by ordinary connections
    otherwise, and for all that the raw sweep left. Blocks: run it in a thread. Ends at once when stopped; what was not
    asked is NOT_ASKED with its reason.
    """
    asked = {(address, port) for address, ports in targets for port in ports}
    found: dict[Place, PortAnswer] = {}
    if dial is not None and len(asked) >= WORTH_RAW:
        found = _raw(asked, gate=gate, stop=stop, timeout_seconds=timeout_seconds, dial=dial)
    left = asked - found.keys() if found else asked
    return {**knock(left, gate=gate, stop=stop, timeout_seconds=timeout_seconds), **found} if left else found


def _raw(
    asked: set[Place], *, gate: Gate, stop: StopSignal, timeout_seconds: float, dial: Dial
) -> dict[Place, PortAnswer]:
    """What vigie-sweep found; nothing when there is none."""
    found: dict[Place, PortAnswer] = {}
    for (intensity, ports), addresses in _alike(asked, gate).items():
        try:
            answers = raw_sweep(
                addresses,
                ports,
                gate=gate,
                intensity=intensity,
                stop=stop,
                timeout_seconds=timeout_seconds,
                tries=TRIES,
                dial=dial,
            )
        except NoRawSweep:
            return found
        found |= {place: PortAnswer(state, _reason(state)) for place, state in answers.states.items()}
    return found


def _reason(state: PortState) -> str:
    return "ENETUNREACH" if state is PortState.UNREACHABLE else ""


def _alike(asked: set[Place], gate: Gate) -> dict[tuple[Intensity, tuple[int, ...]], list[str]]:
    """The addresses that may be asked the same ports as hard; what may not be asked now is left out."""
    ports: dict[tuple[Intensity, str], list[int]] = defaultdict(list)
    for address, port in sorted(asked):
        permit = gate.permit(address, port)
        if isinstance(permit, Permit):
            ports[permit.intensity, address].append(port)
    alike: dict[tuple[Intensity, tuple[int, ...]], list[str]] = defaultdict(list)
    for (intensity, address), own in ports.items():
        alike[intensity, tuple(own)].append(address)
    return alike


__all__ = ["PortAnswer", "sweep"]
