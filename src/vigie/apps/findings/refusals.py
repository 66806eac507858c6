"""Why something asked about a finding cannot be done: one sentence for the person who asked."""


class FindingRefused(Exception):
    """The message is a whole sentence, in the language of the reader."""


class NotFromHere(FindingRefused):
    """The finding is in a state from which this cannot be decided."""


class Incomplete(FindingRefused):
    """A reason, a measure or a date is missing or cannot be; `field` is which."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


class SamePerson(FindingRefused):
    """Who recorded a measure cannot be who verifies it."""


class RetestRefused(FindingRefused):
    """No look can be asked for now."""
