"""Is this a FINESS number, and which one did a spreadsheet spoil?"""

import re

# Nine characters; the second is a letter in Corsica (2A, 2B). Same form for a site (ET) and a legal entity (EJ).
_FORM = re.compile(r"[0-9][0-9A-Z][0-9]{7}")
_LETTERS = {"A": "1", "B": "2"}  # the value that the check digit gives to the letter, true for all of Corsica
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_valid(number: str) -> bool:
    """Nine characters of the right form whose last one is the Luhn check digit."""
    return _FORM.fullmatch(number) is not None and _luhn_sum(number) % 10 == 0


def check_digit(body: str) -> str:
    """The ninth character for the first eight."""
    return str(-_luhn_sum(body + "0") % 10)


def _luhn_sum(number: str) -> int:
    digits = [int(_LETTERS.get(character, character)) if character in _KNOWN else 0 for character in number]
    return sum(digits[-1::-2]) + sum(_DOUBLED[digit] for digit in digits[-2::-2])


_KNOWN = frozenset("0123456789AB")


def restored(text: str) -> str | None:
    """The number as written, or with the leading zeros that a spreadsheet dropped when the check digit proves it."""
    number = text.strip().replace(" ", "").replace("\u00a0", "").upper()
    number = number.removesuffix(".0") if number[:-2].isdigit() else number
    if is_valid(number):
        return number
    # "000000000" passes Luhn and names nobody.
    padded = number.zfill(9)
    return padded if number.isdigit() and int(number) > 0 and len(number) < 9 and is_valid(padded) else None


def problem(text: str) -> str | None:
    """One sentence that tells why this is not a FINESS number; None when it is one."""
    if is_valid(text):
        return None
    if _FORM.fullmatch(text) is None:
        return f"{text[:20]!r} is not a FINESS number (nine characters)"
    return f"{text} is not a FINESS number: its check digit should be {check_digit(text[:8])}"
