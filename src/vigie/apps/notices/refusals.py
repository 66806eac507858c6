"""Why something cannot be recorded or sent: one sentence for the person who asked."""


class NoticeRefused(Exception):
    """The message is a whole sentence, in the language of the reader."""


class InvalidContact(NoticeRefused):
    pass


class AlreadyDone(NoticeRefused):
    """Somebody else did it first, or it is over."""


class SecondPersonNeeded(NoticeRefused):
    """The same person cannot agree twice."""


class InvalidWords(NoticeRefused):
    """What would be added to a message says too much, or is in one language only."""


class UrgentCannotBeRefused(NoticeRefused):
    pass
