"""Why something of the watch cannot be done: one sentence for the person who asked."""


class WatchRefused(Exception):
    """The message is a whole sentence, in the language of the reader."""


class NothingToRelease(WatchRefused):
    """No message is drafted: nobody is concerned, or each was told already."""


class AlreadyDecided(WatchRefused):
    """Somebody released or dismissed it first."""


class ReasonMissing(WatchRefused):
    pass


class NotWatchable(WatchRefused):
    """It is neither a product that is known, nor a vulnerability."""
