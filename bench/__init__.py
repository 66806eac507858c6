"""What Vigie promises in figures, measured: one JSON line per case."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    area: str
    case: str
    value: float
    unit: str
    goal: str  # "<= 30 s", in the words of the issue that asked for it
    ok: bool
    peer: str | None = None
    peer_value: float | None = None
    note: str = ""
    absent: bool = False  # what it needs is not on this machine: told, and missed only where it is required
