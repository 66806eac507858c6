"""Which declaration is meant? References that tell nothing, survive a telephone, and show a slip of the tongue.

Crockford's base 32: no I, L, O or U; a check symbol that is the number modulo 37. Its five extra symbols (* ~ $ = U)
are hard to say and to type in an address: a number that would need one is drawn again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10  # 50 bits: a guesser who could try a thousand a second would need thousands of years for one of a million
MODULUS = 37
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BLANKS = str.maketrans(dict.fromkeys(" -\u2010\u2011\u2013\u00a0\u202f", ""))


class Slip(StrEnum):
    """What is wrong with a reference as typed."""

    EMPTY = "empty"
    SHORT = "short"
    LONG = "long"
    SYMBOL = "symbol"  # a character that no reference holds
    CHECK = "check"  # right in form, but one character is wrong or two were exchanged


@dataclass(frozen=True, slots=True)
class BadReference:
    slip: Slip
    at: int | None = None  # place of the first wrong character, from 1, as typed without blanks
    symbol: str = ""
    length: int = 0  # characters typed, without blanks


def drawn(number: Callable[[int], int]) -> str:
    """A new reference, eleven symbols in print form; `number(n)` draws one below n, and must not be guessable."""
    while True:
        value = number(32**LENGTH)
        if value % MODULUS < len(SYMBOLS):
            return printed(_written(value) + SYMBOLS[value % MODULUS])


def printed(symbols: str) -> str:
    """7K3QM-9XT4R-H: how people read it."""
    return f"{symbols[:5]}-{symbols[5:LENGTH]}-{symbols[LENGTH:]}"


def read(text: str) -> str | BadReference:
    """The reference in print form, or what is wrong with what was typed."""
    typed = text.strip().upper().translate(_BLANKS)
    if not typed:
        return BadReference(Slip.EMPTY)
    symbols = typed.translate(_READ_AS)
    for place, symbol in enumerate(symbols, start=1):
        if symbol not in SYMBOLS:
            return BadReference(Slip.SYMBOL, place, typed[place - 1], len(typed))
    if len(symbols) != LENGTH + 1:
        return BadReference(Slip.SHORT if len(symbols) <= LENGTH else Slip.LONG, length=len(symbols))
    if _value(symbols[:LENGTH]) % MODULUS != SYMBOLS.index(symbols[LENGTH]):
        return BadReference(Slip.CHECK, length=len(symbols))
    return printed(symbols)


def _written(value: int) -> str:
    return "".join(SYMBOLS[value >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


def _value(symbols: str) -> int:
    total = 0
    for symbol in symbols:
        total = total * 32 + SYMBOLS.index(symbol)
    return total
