"""Why an asset or a mandate cannot be recorded: one sentence for the person who asked."""


class PerimeterRefused(Exception):
    """The message is a whole sentence, in the language of the reader."""


class InvalidAsset(PerimeterRefused):
    pass


class InvalidMandate(PerimeterRefused):
    pass


class AlreadyOver(PerimeterRefused):
    """The asset had ended, or the mandate was withdrawn, before this was asked."""


class InvalidProof(PerimeterRefused):
    pass


class InvalidSpared(PerimeterRefused):
    pass


class InvalidContest(PerimeterRefused):
    pass
