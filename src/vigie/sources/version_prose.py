"""Which versions do people mean by "7.0.x antérieures à 7.0.13", "< 3.2.1" or "6.0.0 through 6.0.4"?"""

import re
from dataclasses import dataclass

LONGEST = 300  # characters of one description

# One token that begins with a number, and the words that some products put behind it.
_V = r"[vrh]?\d[\w.()\-]*(?:[ ,](?:build ?|u|cu|hf|sp|sr|patch |update |p)\d[\w.]*)?"
_LINE = r"v?\d+(?:\.\d+)*\.[x*]"
_AND_BEFORE = r"et (?:les )?(?:versions )?(?:ant[ée]rieures?|pr[ée]c[ée]dentes?)"
_AND_BELOW = r"(?:and|or) (?:all )?(?:below|earlier|prior|lower|older)(?: versions| releases)?"

_ALL = re.compile(r"(?:vers:all/)?\*|all(?: versions?)?|toutes?(?: les)? versions?|any(?: version)?")
_WHOLE_LINE = re.compile(rf"({_LINE})|({_V}) (?:all(?: versions)?|toutes(?: les)? versions)")
_SIGNED = re.compile(rf"(<=|>=|<|>|==|=) ?({_V})")
_BETWEEN = re.compile(rf"(?:from )?({_V}) ?(?:through|to|up to|à|jusqu'à|-|–) ?({_V})(?: incluse?s?| inclusive)?")
_BEFORE = re.compile(
    rf"(?:({_LINE}|{_V})(?:[^\d].*)? )?(?:versions? )?"
    rf"(?:ant[ée]rieure?s? (?:à|a|aux?)|before|prior to|earlier than|avant)(?: la| les)?(?: versions?)? ({_V})"
)
_UP_TO = re.compile(rf"(?:up to|through|jusqu'à)(?: version)? ({_V})|({_V}) (?:{_AND_BEFORE}|{_AND_BELOW})")
_ONE = re.compile(rf"({_V})")
_BLANKS = re.compile(r"\s+")
_WORD = re.compile(r"^(?:toutes (?:les )?)?versions? (?=[vrh]?\d|ant|avant|prior|before|up|jusqu)")


@dataclass(frozen=True, slots=True)
class Span:
    """The bounds of one range; `version` alone for a single one; nothing at all for every version."""

    start_including: str | None = None
    start_excluding: str | None = None
    end_including: str | None = None
    end_excluding: str | None = None
    version: str | None = None


def spans(text: str) -> tuple[Span, ...] | None:
    """Read a description of versions, without the name of the product; None when it is not wholly understood."""
    plain = _BLANKS.sub(" ", text[: LONGEST + 1]).strip(" .;,:\u00a0").lower()
    if len(plain) > LONGEST:
        return None
    signed = _signed(plain)
    if signed is not None:
        return signed
    whole = _one(plain)
    if whole is not None:
        return (whole,)
    found = [_one(piece) for piece in re.split(r" ?[,;|] ?| et | and | ou | or ", plain)]
    told = tuple(one for one in found if one is not None)
    # "before 9.1 and 8.2" mixes two forms: what 8.2 means there, nobody can tell.
    alike = len({one.version is None for one in told}) == 1
    return told if len(told) == len(found) > 1 and alike else None


def _signed(text: str) -> tuple[Span, ...] | None:
    """ "< 3.2.1" and ">= 1.0, < 2.0": an upper end closes the range that a lower one opened."""
    pieces = _SIGNED.findall(text)
    if not pieces or _SIGNED.sub("", text).strip(" ,|;&"):
        return None
    made: list[dict[str, str]] = [{}]
    names = {"<": "end_excluding", "<=": "end_including", ">": "start_excluding", ">=": "start_including"}
    for sign, version in pieces:
        name = names.get(sign, "version")
        if made[-1] and (name == "version" or name.startswith("start") or any(k.startswith("end") for k in made[-1])):
            made.append({})
        made[-1][name] = version
    return tuple(Span(**one) for one in made)


def _one(text: str) -> Span | None:
    text = _WORD.sub("", text.strip(" .,;"))
    if _ALL.fullmatch(text):
        return Span()
    if found := _WHOLE_LINE.fullmatch(text):
        return line(found[1] or found[2])
    if found := _BETWEEN.fullmatch(text):
        if found[2].endswith((".x", ".*")):
            return Span(start_including=_bare(found[1]), end_excluding=after_line(found[2]))
        return Span(start_including=_bare(found[1]), end_including=found[2])
    if found := _BEFORE.fullmatch(text):
        return Span(start_including=_bare(found[1]) if found[1] else None, end_excluding=found[2])
    if found := _UP_TO.fullmatch(text):
        return Span(end_including=found[1] or found[2])
    if found := _ONE.fullmatch(text):
        return Span(version=found[1])
    return None


def line(text: str) -> Span:
    """A whole maintained line: "7.0.x" is from 7.0 on, before 7.1."""
    return Span(start_including=_bare(text), end_excluding=after_line(text))


def after_line(text: str) -> str | None:
    """Where the line "7.0.x", or "7.0", ends: 7.1. None when its last piece is no number."""
    head, dot, last = _bare(text).rpartition(".")
    number = re.fullmatch(r"([vrh]?)(\d{1,9})", last)
    return f"{head}{dot}{number[1]}{int(number[2]) + 1}" if number else None


def _bare(text: str) -> str:
    return re.sub(r"\.[x*]$", "", text)
