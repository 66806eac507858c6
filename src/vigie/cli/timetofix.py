"""vigie time-to-fix: how long weaknesses last before they are mended, with those that still last counted."""

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from .runtime import USAGE, django_ready, end, print_json, say

if TYPE_CHECKING:
    from vigie.apps.observatory.timetofix_parts import Part, Parts

DAY = 86_400
WAYS = ("severity", "equipment", "region", "size")


def time_to_fix(
    establishment: Annotated[str, typer.Option(help="FINESS number of a legal entity.")] = "",
    group: Annotated[str, typer.Option(help="Kind and code of a group: ght:NA-04.")] = "",
    territory: Annotated[str, typer.Option(help="Kind and code of a territory: region:84, nation:FR.")] = "",
    origin: Annotated[
        str, typer.Option("--from", help="detected: from the first detection; notified: from the first message.")
    ] = "detected",
    as_of: Annotated[str, typer.Option(help="Day to be told of, YYYY-MM-DD; now when not given.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, in seconds.")] = False,
) -> None:
    """Print the time to fix (Kaplan-Meier): median with its 95 % interval, by severity, equipment, region and size.

    Exit codes: 0 printed, 2 badly asked.

    Examples:

        vigie time-to-fix --establishment 000000026

        vigie time-to-fix --territory region:84 --from notified --as-of 2026-06-30 --json
    """
    if origin not in {"detected", "notified"}:
        end(f"--from {origin}: detected or notified.", USAGE)
    if sum(bool(one) for one in (establishment, group, territory)) != 1:
        end("Name one of --establishment, --group and --territory.", USAGE)
    django_ready()
    from django.utils import translation

    translation.activate("en")
    now = datetime.now(UTC)
    moment = _end_of(as_of, now) if as_of else now
    made = _parts(establishment, group, territory, origin, moment, is_past=moment < now)
    if json:
        print_json(_facts(made))
    else:
        _print(made)


def _end_of(text: str, now: datetime) -> datetime:
    """The end of that day in Paris, or now when it is not over."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        end(f"--as-of {text}: write a day as YYYY-MM-DD.", USAGE)
    return min(datetime.combine(day, time.max, ZoneInfo("Europe/Paris")), now)


def _parts(establishment: str, group: str, territory: str, origin: str, moment: datetime, *, is_past: bool) -> "Parts":
    from vigie.apps.observatory import timetofix_parts
    from vigie.apps.observatory.enums import FixOrigin
    from vigie.apps.registry.models import Establishment, Group, Territory

    told, day = FixOrigin(origin), moment.date()
    if establishment:
        one = Establishment.objects.filter(finess=establishment).first()
        if one is None:
            end(f"{establishment}: no establishment has that FINESS number.", USAGE)
        return timetofix_parts.of_establishment(one, moment, told, is_past=is_past)
    if group:
        found = _named(Group, group, "--group")
        return timetofix_parts.of_group(found, day, moment, told, is_past=is_past)
    found = _named(Territory, territory, "--territory")
    return timetofix_parts.of_territory(found, day, moment, told, is_past=is_past)


def _named(model: Any, text: str, option: str) -> Any:
    kind, _, code = text.partition(":")
    found = model.objects.filter(kind=kind, code=code).first()
    if found is None:
        known = ", ".join(f"{row.kind}:{row.code}" for row in model.objects.order_by("kind", "code")[:5])
        end(f"{option} {text}: there is none. Write its kind and its code, such as {known or 'none is known'}.", USAGE)
    return found


def _facts(made: "Parts") -> dict[str, Any]:
    return {
        "as_of": made.moment.isoformat(),
        "from": made.origin.value,
        "rule": made.rule.slug,
        "establishments": made.establishments,
        "left_out": {
            "never_weak": made.never_weak, "nobody_told": made.not_told, "over_before_the_message": made.over_before,
        },
        "every": _fact(made.every),
        "exploited": _fact(made.exploited),
        **{way: [{"slug": part.slug, "label": part.label, **_fact(part)} for part in getattr(made, f"by_{way}")]
           for way in WAYS},
    }  # fmt: skip


def _fact(part: "Part") -> dict[str, Any]:
    """`median_seconds` null with `told` true: not reached yet. Under the least number nothing is told."""
    median = part.median
    told = part.is_told
    return {
        "n": part.curve.n,
        "fixed": part.curve.events,
        "told": told,
        "median_seconds": median.seconds if told else None,
        "low_seconds": median.low if told else None,
        "high_seconds": median.high if told else None,
    }


def _print(made: "Parts") -> None:
    say(
        f"Time to fix, {made.origin.label}, as of {made.moment:%Y-%m-%d %H:%M} UTC, "
        f"over {made.establishments} establishments"
    )
    say(f"{'':<34}{'findings':>10}{'mended':>9}{'median':>16}   95 % interval")
    _line("all", made.every)
    _line("exploited", made.exploited)
    for way in WAYS:
        parts = getattr(made, f"by_{way}")
        if parts:
            say(f"by {way}")
        for part in parts:
            _line(f"  {part.label or part.slug or 'unknown'}", part)
    say(f"Left out: {made.never_weak} that were no weakness after all, {made.not_told} about which nobody was told, ")
    say(f"{made.over_before} over before the first message. No median under {made.rule.least} findings.")


def _line(label: str, part: "Part") -> None:
    median = part.median
    if not part.is_told:
        told, interval = "too few", ""
    else:
        told = "not reached" if median.seconds is None else _days(median.seconds)
        interval = f"{_days(median.low)} to {_days(median.high)}"
    say(f"{label[:33]:<34}{part.curve.n:>10}{part.curve.events:>9}{told:>16}   {interval}".rstrip())


def _days(seconds: int | None) -> str:
    return "not reached" if seconds is None else f"{seconds / DAY:.1f} days"
