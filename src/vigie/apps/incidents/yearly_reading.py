"""The yearly tables as one reader may have them; small groups told together to who reads no incident of them."""

from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

from vigie.apps.accounts.models import User
from vigie.apps.registry.enums import Right
from vigie.apps.timeline import AsOf
from vigie.data.params import disclosure_rule
from vigie.engine.incidents.yearly import YearTables, told_to_many

from . import yearly

FIRST_YEAR = 2000
KEPT = 600  # seconds: a nation's year is not counted at each reading


def tables_for(user: User, year: int, ask: AsOf, now: datetime, *, known_now: bool = False) -> YearTables | None:
    """None for a year that is not told; the same tables for all who may count the same."""
    if not FIRST_YEAR <= year <= ask.day.year:
        return None
    scope, least = user.scope(Right.INCIDENT_FIGURES, now), smallest_group(user, now)
    when = f"{ask.day.isoformat()}{'-known-now' if known_now else ''}" if ask.is_past else "now"
    over = [*sorted(scope.territories), "groups", *sorted(scope.groups), "each", *sorted(scope.establishments)]
    key = f"incident-year:{year}:{when}:{scope.nation}:{'.'.join(map(str, over))}:{least}"
    made: YearTables | None = cache.get(key)
    if made is None:
        made = yearly.of_year(year, moment=ask.moment, reader=user, as_known_then=ask.is_past and not known_now)
        made = told_to_many(made, disclosure_rule(ask.day)) if least else made
        cache.set(key, made, KEPT)
    return made


def smallest_group(user: User, now: datetime) -> int:
    """The smallest group told to this reader: 0 for who may read each of the incidents that are counted."""
    counted, read = user.scope(Right.INCIDENT_FIGURES, now), user.scope(Right.INCIDENTS, now)
    return 0 if read.nation or read == counted else disclosure_rule(timezone.localdate(now)).least
