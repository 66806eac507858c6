"""Structures in scope that never declared an incident, beside those that resemble them: whom the cell may call."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, EstablishmentQuerySet
from vigie.apps.registry.queries import beds_and_places, in_scope
from vigie.apps.registry.scopes import Viewer
from vigie.data.incident_learning import never_declared_rule
from vigie.engine.incidents.never_declared import NeverDeclaredRule, Reading, Signal, Structure, read
from vigie.exports.never_declared import SilentLine

from .models import Declaration


@dataclass(frozen=True, slots=True)
class Silent:
    """One signal with the establishment that it is about."""

    establishment: Establishment
    signal: Signal

    @property
    def line(self) -> SilentLine:
        low, high = self.signal.comparable.interval or (0.0, 100.0)
        place = self.establishment.department
        return SilentLine(
            finess=self.establishment.finess,
            name=self.establishment.name,
            category=self.establishment.category_label,
            department=place.name if place else "",
            likeness=self.signal.likeness.value,
            declared=self.signal.comparable.part,
            comparable=self.signal.comparable.whole,
            low=low,
            high=high,
        )


@dataclass(frozen=True, slots=True)
class NeverDeclared:
    rule: NeverDeclaredRule
    since: date  # the window begins
    moment: datetime
    reading: Reading
    rows: tuple[Silent, ...]
    too_young: int  # opened within the window: not judged

    @property
    def lines(self) -> tuple[SilentLine, ...]:
        return tuple(row.line for row in self.rows)


def never_declared(*, moment: datetime, reader: Viewer | None = None) -> NeverDeclared:
    """The signals over the establishments whose incidents the reader handles; over all when None."""
    today = timezone.localtime(moment, timezone.get_default_timezone()).date()
    rule = never_declared_rule(today)
    since = _months_before(today, rule.window_months)
    counted = _counted(today, reader, moment)
    old = counted.filter(Q(opened_on=None) | Q(opened_on__lte=since))
    reading = read(_structures(old, since, moment, rule), rule)
    named = Establishment.objects.select_related("department__parent").in_bulk(
        [signal.structure for signal in reading.signals]
    )
    rows = tuple(Silent(named[signal.structure], signal) for signal in reading.signals)
    return NeverDeclared(rule, since, moment, reading, rows, too_young=counted.count() - reading.structures)


def _counted(today: date, reader: Viewer | None, moment: datetime) -> EstablishmentQuerySet:
    counted = in_scope(today)
    if reader is None:
        return counted
    allowed = Establishment.objects.visible_to(reader, moment, Right.HANDLE_INCIDENTS)
    return counted.filter(pk__in=allowed.order_by().values("pk"))


def _structures(
    counted: EstablishmentQuerySet, since: date, moment: datetime, rule: NeverDeclaredRule
) -> list[Structure]:
    began = datetime(since.year, since.month, since.day, tzinfo=timezone.get_default_timezone())
    spoke = Declaration.objects.submitted().filter(received_at__gte=began, received_at__lte=moment)
    # Whatever the cell made of it, who declared knows how to.
    declared = set(spoke.filter(confirmed_at__isnull=False).order_by().values_list("establishment", flat=True))
    beds = beds_and_places(timezone.localtime(moment, timezone.get_default_timezone()).date(), moment)
    rows = counted.order_by().values_list("pk", "category", "department__parent__code")
    return [
        Structure(pk, category, rule.size(beds.get(pk)), region or "", pk in declared) for pk, category, region in rows
    ]


def _months_before(day: date, months: int) -> date:
    """The same day so many months earlier, at most the 28th: a window is not a matter of days."""
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, min(day.day, 28))
