"""Host names as the network knows them: lower-case A-labels, no look-alike signs."""

import re
import unicodedata
from functools import cache

import idna
from django.utils.translation import gettext as _
from publicsuffixlist import PublicSuffixList

from vigie.data.confusables import confusables
from vigie.engine.lookalikes import is_whole_script_look_alike, reads_as

from .refusals import InvalidAsset

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?")


def canonical_domain(text: str) -> str:
    """Return the lower-case A-label form; raise InvalidAsset with a sentence."""
    name = text.strip().rstrip(".").lower()
    if "://" in name or "/" in name or "@" in name or ":" in name:
        raise InvalidAsset(_("Give the domain alone, without scheme, path or port: %(text)s.") % {"text": text[:80]})
    if name.startswith("*"):
        raise InvalidAsset(_("A domain covers what is below it: write %(name)s.") % {"name": name.lstrip("*.")[:80]})
    labels = name.split(".")
    if len(labels) < 2 or not all(labels):
        raise InvalidAsset(_("%(text)s is not a domain.") % {"text": repr(text[:80])})
    for label in labels:
        _refuse_look_alikes(label, text)
    ascii_name = _encoded(name, text)
    if not all(_LABEL.fullmatch(label) for label in ascii_name.split(".")) or len(ascii_name) > 253:
        raise InvalidAsset(_("%(text)s is not a domain.") % {"text": repr(text[:80])})
    if ascii_name.rpartition(".")[2].isdigit():
        raise InvalidAsset(_("%(text)s is an address, or nearly: it is not a domain.") % {"text": text[:80]})
    if _suffixes().publicsuffix(ascii_name) == ascii_name:
        raise InvalidAsset(
            _("%(text)s is shared by many owners: give your own domain below it.") % {"text": ascii_name}
        )
    return ascii_name


def _encoded(name: str, text: str) -> str:
    try:
        # Underscores are met in real host names, and refused by IDNA: encode only what needs it.
        return ".".join(
            label if label.isascii() else idna.encode(label, uts46=True).decode("ascii") for label in name.split(".")
        ).lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidAsset(_("%(text)s is not a domain.") % {"text": repr(text[:80])}) from error


def _refuse_look_alikes(label: str, text: str) -> None:
    shown = _decoded(label, text)
    scripts = {script for sign in shown if (script := _script(sign))}
    if len(scripts) > 1:
        raise InvalidAsset(
            _("%(text)s mixes letters of several alphabets (%(scripts)s): it may imitate another name.")
            % {"text": text[:80], "scripts": ", ".join(sorted(scripts)).lower()}
        )
    if is_whole_script_look_alike(shown, confusables()):
        raise InvalidAsset(
            _("%(text)s is in %(script)s letters that all look Latin: it reads “%(read)s”, which is another name.")
            % {"text": text[:80], "script": scripts.pop().lower(), "read": reads_as(shown, confusables())}
        )


def imitated(ascii_name: str) -> str | None:
    """The plain name that a canonical one with letters beyond ASCII would be taken for; None when there is none."""
    shown = ".".join(_decoded(label, ascii_name) for label in ascii_name.split("."))
    return reads_as(shown, confusables())


def _decoded(label: str, text: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return idna.decode(label)
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidAsset(_("%(text)s is not a domain.") % {"text": repr(text[:80])}) from error


def _script(sign: str) -> str:
    """LATIN, CYRILLIC...: the first word of the letter's name; empty for digits and hyphens."""
    return unicodedata.name(sign, "UNKNOWN").split()[0] if sign.isalpha() else ""


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
