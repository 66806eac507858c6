"""What is hashed, and how a link holds to the one before: enough to verify the trail with another program."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64  # what the first link holds to

# One encoder for all: JSON with sorted keys, without blanks, in UTF-8.
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode

FIELDS = ("id", "at", "actor", "kind", "subject_type", "subject_id", "detail")


def digest(
    id: int,  # noqa: A002 -- the names of the columns, in their order
    at: datetime,
    actor: str,
    kind: str,
    subject_type: str,
    subject_id: int | None,
    detail: Any,
) -> str:
    """SHA-256 of [at, actor, kind, subject_type, subject_id, detail]; the time in UTC, to the microsecond.

    The number is left out, and enters the link: an event that took the place of another is then recognised.
    """
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    text = _encode([moment, actor, kind, subject_type, subject_id, detail])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def link(previous: str, event: int, own_digest: str) -> str:
    """SHA-256 of the three, as text, with a line feed between."""
    return hashlib.sha256(f"{previous}\n{event}\n{own_digest}".encode()).hexdigest()
