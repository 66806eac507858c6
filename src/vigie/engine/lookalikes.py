"""As which Latin name would a reader take this one?

Unicode TS 39 (4, confusable detection) compares what names look like; TS 39 5.1 is why a name of one script alone may
imitate a Latin one as a whole. Here only what can be mistaken for plain Latin matters: that is what is declared.
"""

import unicodedata
from collections.abc import Mapping


def reads_as(name: str, confusables: Mapping[str, str]) -> str | None:
    """The ASCII name that it looks like; None when some letter looks like none of ASCII, or it is ASCII already."""
    if name.isascii():
        return None
    plain = "".join(
        confusables.get(sign, sign)
        for sign in unicodedata.normalize("NFKD", name.lower())
        if not unicodedata.combining(sign)
    )
    return plain if plain.isascii() else None


def is_whole_script_look_alike(label: str, confusables: Mapping[str, str]) -> bool:
    """Whether no letter of it is Latin, and yet all of it reads as Latin."""
    letters = [sign for sign in label if sign.isalpha()]
    foreign = letters and not any(unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
    return bool(foreign) and reads_as(label, confusables) is not None
