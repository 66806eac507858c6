"""Why something about a declaration or an incident cannot be done: one sentence for the person who asked."""

from vigie.engine.incidents.answers import Fault


class IncidentRefused(Exception):
    """The message is a whole sentence, in the language of the reader."""


class AnswersRefused(IncidentRefused):
    """Some answers cannot be read; what was typed is kept. `faults` say which, in the order of the page."""

    def __init__(self, sentence: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(sentence)
        self.faults = faults


class TooMany(IncidentRefused):
    """One place asks too often; nothing that was typed is lost."""


class NotOpened(IncidentRefused):
    """The reference or the code is wrong: the same words for both, whether it exists or not."""


class NotFromHere(IncidentRefused):
    """The incident is in a state from which this cannot be done."""


class AlreadyDone(IncidentRefused):
    """Somebody else did it first, or it is over."""


class Incomplete(IncidentRefused):
    """Something is missing or cannot be."""


class FileRefused(IncidentRefused):
    """The file is not kept: the sentence says why and what to send instead."""


class WordsRefused(IncidentRefused):
    """Some fields have to be typed again: field -> sentence. What was typed is kept on the page."""

    def __init__(self, sentence: str, faults: dict[str, str]) -> None:
        super().__init__(sentence)
        self.faults = faults
