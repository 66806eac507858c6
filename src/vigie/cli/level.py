"""vigie level: how exposed is an establishment, a group, a territory, today or at a date."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .runtime import USAGE, django_ready, end, print_json, print_json_lines, say

if TYPE_CHECKING:
    from vigie.apps.observatory.models import Level

KINDS = ("group", "region", "department", "nation")


def level(
    subject: Annotated[
        list[str] | None,
        typer.Argument(help="A FINESS number; or `group`, `region` or `department` and a code; or `nation`."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Day (YYYY-MM-DD): the level as it was published at the end of that day.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the facts, trace included, as JSON.")] = False,
) -> None:
    """Print the level of exposure: the interval, the letter, what it rests on, what to mend first.

    Without a subject, one line for each establishment that has a level. Nothing is computed here: what is printed is
    what was published.

    Exit codes: 0 printed, 1 no level yet, 2 badly asked.

    Examples:

        vigie level 000000026

        vigie level group VA-01 --as-of 2026-11-01

        vigie level region X1 --json
    """
    django_ready()
    from vigie.apps.observatory.models import Level

    moment = _moment(as_of)
    published = Level.objects.as_of(moment)
    if not subject:
        rows = published.of("establishment").order_by("low", "subject_id")
        print_json_lines(facts(row) for row in rows) if json else _print_all(list(rows))
        return
    kind, pk, name = _subject(subject)
    found = published.of(kind, [pk]).first()
    if found is None:
        end(f"{name} has no level at that date: it was not looked at yet.")
    if json:
        print_json(facts(found) | {"name": name})
    else:
        _print(name, found)


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1)
    except ValueError:
        end(f"--as-of {text}: write a day as YYYY-MM-DD.", USAGE)


def _subject(words: list[str]) -> tuple[str, int, str]:
    """The kind, number and name of what was asked."""
    if len(words) == 1 and words[0] not in KINDS:
        found = _establishment(words[0])
    else:
        found = _grouping(words[0], words[1] if len(words) == 2 else "")
    if found is None:
        end(f"{' '.join(words)}: not known. Ask for a FINESS number, `group CODE`, `region CODE`, `nation`.", USAGE)
    return found


def _establishment(finess: str) -> tuple[str, int, str] | None:
    from vigie.apps.registry.models import Establishment

    one = Establishment.objects.filter(finess=finess).first()
    return ("establishment", one.pk, one.name) if one else None


def _grouping(kind: str, code: str) -> tuple[str, int, str] | None:
    from vigie.apps.registry.models import Group, Territory

    if kind == "group":
        group = Group.objects.filter(code=code).order_by("kind").first()
        return ("group", group.pk, group.name) if group else None
    if kind not in KINDS or not (code or kind == "nation"):
        return None
    places = Territory.objects.filter(kind=kind, **({"code": code} if code else {}))
    place = places.order_by("invented", "pk").first()
    return ("territory", place.pk, place.name) if place else None


def facts(row: "Level") -> dict[str, Any]:
    """What --json prints of one level."""
    return {
        "pillar": "exposure",
        "subject_kind": row.subject_kind,
        "subject": row.subject_id,
        "low": row.low,
        "high": row.high,
        "letter": row.letter or None,
        "known": row.known,
        "total": row.total,
        "method": row.method,
        "inputs_sha256": row.inputs_sha256,
        "at": row.at.isoformat(),
        "confirmed_at": row.confirmed_at.isoformat(),
        "trace": row.trace,
    }


def _print(name: str, row: "Level") -> None:
    say(f"{name}: {in_words(row)}")
    say(f"Method {row.method}, published on {row.at:%Y-%m-%d %H:%M} UTC, confirmed on {row.confirmed_at:%Y-%m-%d}.")
    for indicator in row.trace.get("indicators", []):
        say(
            f"  {indicator['slug']}: {indicator['earned']} of {indicator['possible']} points"
            f" ({indicator['lost']} lost, {indicator['unknown']} unknown)"
        )
    for gate in row.trace.get("gates", []):
        say(f"  Capped at {gate['cap']} by the gate {gate['slug']}.")
    for gain in row.trace.get("gains", [])[:5]:
        after = gain["letter_after"] or "not established"
        say(f"  Mend {gain['subject']} at {gain['place']}: {gain['low_before']} -> {gain['low_after']} ({after})")
    if row.subject_kind != "establishment":
        letters = ", ".join(f"{letter or 'not established'}: {count}" for letter, count in row.trace["letters"])
        say(f"  {letters}")


def in_words(row: "Level") -> str:
    letter = f"exposure {row.letter}" if row.letter else "exposure not established"
    of = "questions known" if row.subject_kind == "establishment" else "establishments with a level"
    return f"{letter} [{row.low}..{row.high}], {row.known} of {row.total} {of}"


def _print_all(rows: "list[Level]") -> None:
    from vigie.apps.registry.models import Establishment

    names = Establishment.objects.in_bulk([row.subject_id for row in rows])
    for row in rows:
        say(f"{names[row.subject_id].finess}  {names[row.subject_id].name}: {in_words(row)}")
    if not rows:
        end("No level was published at that date: no campaign had ended yet.")
