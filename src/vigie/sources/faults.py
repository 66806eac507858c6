"""What can be wrong with a file that somebody else wrote?"""

from dataclasses import dataclass


class SourceError(Exception):
    """A file could not be used; the message is one sentence for the person who gave it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SourceUnreadable(SourceError):
    """Not there, not readable, or not of the form that its name or its kind promises."""


class SourceRefused(SourceError):
    """Readable, but refused whole: what it says cannot be trusted."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One line that was left out."""

    line: int  # as an editor counts them, from 1
    reason: str
    subject: str = ""  # the identifier that the line begins with, when it could be read: it is not a vanished one
