"""Where the pages of the time to fix are."""

from django.urls import URLPattern, path

from vigie.apps.registry.enums import Right

from . import converters as converters  # "printed"
from .access import ESTABLISHMENT, GROUP, TERRITORY, needs
from .pages import timetofix

ROUTES: list[URLPattern] = [
    path(
        "establishments/<slug:finess>/time-to-fix/",
        needs(Right.LEVELS, of=ESTABLISHMENT)(timetofix.establishment),
        name="establishment-time-to-fix",
    ),
    path(
        "groups/<slug:kind>/<printed:code>/time-to-fix/",
        needs(Right.COUNTS, of=GROUP)(timetofix.group),
        name="group-time-to-fix",
    ),
    path(
        "territories/<slug:kind>/<printed:code>/time-to-fix/",
        needs(Right.COUNTS, of=TERRITORY)(timetofix.territory),
        name="territory-time-to-fix",
    ),
]
