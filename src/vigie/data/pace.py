"""How hard may an establishment be looked at, and how long is one answer waited for?"""

from collections.abc import Mapping
from dataclasses import dataclass

from .documents import DocumentError, read

DOCUMENT = "params/pace-2026-11-01"


@dataclass(frozen=True, slots=True)
class Rates:
    """Connections per second."""

    address: float
    establishment: float


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds."""

    connect: float
    first_byte: float
    other_first_byte: float
    next_byte: float
    conversation: float
    handshake: float


@dataclass(frozen=True, slots=True)
class Adaptive:
    """When an address is asked less often than it may be."""

    slow_times: float = 4.0  # an answer this many times slower than the best one
    slow_seconds: float = 0.25  # and slower than this
    most: float = 16.0  # times slower, at the slowest


@dataclass(frozen=True, slots=True)
class PaceTable:
    intensities: Mapping[str, Rates]
    run: float
    burst: float  # seconds
    timeouts: Timeouts
    adaptive: Adaptive = Adaptive()


def pace_table() -> PaceTable:
    """The dated table of data/params; raises DocumentError when it is not of its form."""
    document = read(DOCUMENT)
    try:
        return PaceTable(
            intensities={
                name: Rates(float(row["address_per_second"]), float(row["establishment_per_second"]))
                for name, row in document["intensities"].items()
            },
            run=float(document["run_per_second"]),
            burst=float(document["burst_seconds"]),
            timeouts=Timeouts(
                **{name.removesuffix("_seconds"): float(value) for name, value in document["timeouts"].items()}
            ),
            adaptive=Adaptive(**{name: float(value) for name, value in document["adaptive"].items()}),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentError(f"vigie/data/{DOCUMENT}.yaml: {error}") from error
