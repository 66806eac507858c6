"""What is wrong with a value, said in the reader's language rather than in that of the library."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .problems import Fault

# The type of the fault, as pydantic names it -> a sentence; what is in brackets comes with the fault.
SENTENCES: Mapping[str, str | Promise] = {
    "missing": _("It is missing."),
    "extra_forbidden": _("There is no such field."),
    "enum": _("It must be %(expected)s."),
    "literal_error": _("It must be %(expected)s."),
    "bool_parsing": _("It must be true or false."),
    "bool_type": _("It must be true or false."),
    "int_parsing": _("It must be a whole number."),
    "int_type": _("It must be a whole number."),
    "int_from_float": _("It must be a whole number."),
    "int_parsing_size": _("This number is too large."),
    "greater_than_equal": _("It must be at least %(ge)s."),
    "less_than_equal": _("It must be at most %(le)s."),
    "string_type": _("It must be a text."),
    "string_unicode": _("It must be a text in UTF-8."),
    "string_pattern_mismatch": _("It holds characters that it may not."),
    "string_too_short": _("It may not be empty."),
    "string_too_long": _("At most %(max_length)s characters."),
    "too_short": _("At least %(min_length)s are needed."),
    "too_long": _("At most %(max_length)s are allowed."),
    "list_type": _("It must be a list."),
    "model_attributes_type": _("It must be an object."),
    "dict_type": _("It must be an object."),
    "date_type": _("It must be a day, as 2026-11-23."),
    "date_parsing": _("It must be a day, as 2026-11-23."),
    "date_from_datetime_parsing": _("It must be a day, as 2026-11-23."),
    "date_from_datetime_inexact": _("It must be a day, as 2026-11-23."),
}


def faults(errors: Iterable[Mapping[str, Any]]) -> list[Fault]:
    return [Fault(_where(error["loc"]), _what(error)) for error in errors]


def _where(parts: Iterable[object]) -> str:
    """`body.told.until` is `body.until` for whoever sent it: the second part is the name of our argument."""
    told = [str(part) for part in parts]
    if told[:1] == ["body"] and len(told) > 2:
        del told[1]
    return ".".join(told)


def _what(error: Mapping[str, Any]) -> str:
    sentence = SENTENCES.get(error["type"])
    if sentence is None:
        return gettext("It cannot be read.")
    return str(str(sentence) % error.get("ctx", {}))
