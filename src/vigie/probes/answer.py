"""What one question brought, before it becomes a ServiceLook."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from vigie.engine.facts import Answer, Facts, RawAnswer

Ask = Callable[..., Awaitable["Found"]]  # (connection, *, first, total), in seconds; raises ProbeError
KEPT_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A service that was recognised, with what it said."""

    service: str
    facts: Facts
    raw: tuple[RawAnswer, ...] = ()
    answer: Answer = Answer.ANSWERED
    reason: str = ""


def kept(probe: str, asked: bytes, answered: bytes, length: int | None = None) -> RawAnswer:
    """The answer as it came, cut to what is kept."""
    return RawAnswer(probe, asked, answered[:KEPT_BYTES], len(answered) if length is None else length)


def text_of(data: bytes, limit: int = 512) -> str:
    """UTF-8 when it is, else Latin-1; control characters become blanks; cut."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return "".join(c if c.isprintable() else " " for c in text).strip()[:limit]
