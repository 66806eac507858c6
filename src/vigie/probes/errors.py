"""Why did a question end without its answer?"""

from vigie.engine.facts import Answer


class ProbeError(Exception):
    """A conversation that did not bring its answer; `answer` says how it ended."""

    answer = Answer.GARBLED

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotPermitted(ProbeError):
    """The scope refused: nothing was sent."""

    answer = Answer.NOT_ASKED


class Enough(ProbeError):
    """Fragile equipment was asked as often as it may be; what it said until then holds."""

    answer = Answer.CLOSED


class Stopped(ProbeError):
    """The stop was ordered."""

    answer = Answer.NOT_ASKED


class Silent(ProbeError):
    answer = Answer.SILENT


class Closed(ProbeError):
    answer = Answer.CLOSED


class CertificateWanted(Closed):
    """The server lets in whoever shows a certificate of theirs; we have none."""


class TooLong(ProbeError):
    answer = Answer.TOO_LONG


class Garbled(ProbeError):
    answer = Answer.GARBLED


class WantsTls(Garbled):
    """A web server that was asked in clear, and said to come back over TLS."""
