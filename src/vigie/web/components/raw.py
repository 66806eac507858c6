"""What was asked and answered, as text that is safe to read."""

from dataclasses import dataclass
from datetime import datetime

from vigie.apps.scans.models import RawAnswer
from vigie.apps.vault.encryption import Unreadable, decrypt
from vigie.apps.vault.keyring import KeyringUnusable

MOST_CHARACTERS = 1200


@dataclass(frozen=True, slots=True)
class Exchange:
    probe: str
    at: datetime
    asked: str
    answered: str
    answered_length: int
    is_cut: bool
    is_lost: bool = False  # its key is missing: something was kept, and cannot be read here


def shown(answer: RawAnswer) -> Exchange:
    try:
        asked = decrypt(answer.asked, purpose="raw-answer", about=answer.service_id)
        answered = decrypt(answer.answered, purpose="raw-answer", about=answer.service_id)
    except (Unreadable, KeyringUnusable):
        return Exchange(answer.probe, answer.at, "", "", answer.answered_length, is_cut=False, is_lost=True)
    return _as_text(answer, asked, answered)


def _as_text(answer: RawAnswer, raw_asked: bytes, raw_answered: bytes) -> Exchange:
    asked, answered = readable(raw_asked), readable(raw_answered)
    return Exchange(
        probe=answer.probe,
        at=answer.at,
        asked=asked[:MOST_CHARACTERS],
        answered=answered[:MOST_CHARACTERS],
        answered_length=answer.answered_length,
        is_cut=len(answered) > MOST_CHARACTERS or answer.answered_length > len(raw_answered),
    )


def readable(raw: bytes) -> str:
    """Text when it is text; bytes that are not printed as \\xNN, so that nothing moves the reader's cursor."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text.replace("\r\n", "\n"))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
