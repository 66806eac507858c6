"""vigie audit: is the trail of who did what as it was sealed?"""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .runtime import FAILED, USAGE, django_ready, end, print_json, print_json_lines, say

if TYPE_CHECKING:
    from vigie.apps.audit.queries import Fault, Verification

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The audit trail: list it, verify it, export its head."
)

WORDS = {
    "altered": "event {event} was altered after it was sealed",
    "removed": "event {event} was removed",
    "reordered": "event {event} is not where it was sealed{other}",
    "link_removed": "link {position} of the chain was removed",
    "cut_off": "the chain ends before link {position}, which was exported: its end was cut off",
    "other_chain": "link {position} is not the one that was exported: the chain was made again",
}


@app.command()
def verify(
    head: Annotated[
        list[Path] | None, typer.Option(help="A head that was kept elsewhere; those of VIGIE_HOME are always read.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")] = False,
) -> None:
    """Read the whole trail again and tell every row that was altered, removed or moved since it was sealed.

    Events of the last second or so are not sealed yet: they are counted apart. Without a worker nothing is sealed.

    Exit codes: 0 as sealed, 1 not as sealed, 2 badly asked.

    Examples:

        vigie audit verify

        vigie audit verify --head /mnt/elsewhere/head-2026-11-23.json
    """
    django_ready()
    from django.conf import settings

    from vigie.apps.audit import keeping, queries

    files = [*keeping.kept_heads(settings.VIGIE.home / keeping.FOLDER), *(head or [])]
    try:
        heads = [keeping.read_head(path) for path in files]
    except keeping.HeadUnreadable as error:
        end(f"{error.args[0]} is not a head that `vigie audit head` wrote.", USAGE)
    found = queries.verify(datetime.now(UTC), heads)
    if json:
        print_json(_facts(found) | {"heads": len(heads)})
    else:
        _print(found, len(heads))
    if not found.holds:
        raise SystemExit(FAILED)


def _facts(found: "Verification") -> dict[str, Any]:
    return {
        "holds": found.holds,
        "sealed": found.sealed,
        "head": asdict(found.last) if found.last else None,
        "waiting": found.window.waiting,
        "waiting_since": found.window.oldest,
        "faults": [asdict(fault) for fault in found.faults],
    }


def _print(found: "Verification", heads: int) -> None:
    for fault in found.faults:
        say(_sentence(fault))
    verdict = "The trail is as it was sealed" if found.holds else f"NOT as it was sealed, {len(found.faults)} faults"
    say(f"{verdict}: {found.sealed} events, checked against {heads} exported heads.")
    if found.window.waiting:
        since = f"{found.window.oldest:%Y-%m-%d %H:%M:%S} UTC"
        say(f"{found.window.waiting} events wait for the sealer, the oldest since {since}: no seal protects them yet.")


def _sentence(fault: "Fault") -> str:
    other = f": what stands there was sealed as event {fault.other}" if fault.other else ""
    return WORDS[fault.kind].format(event=fault.event, position=fault.position, other=other)


@app.command()
def head() -> None:
    """Print where the chain stands, as JSON: keep it where this installation cannot write.

    A worker also writes one a day in VIGIE_HOME/audit-heads.

    Examples:

        vigie audit head > head.json
    """
    django_ready()
    from vigie.apps.audit import queries

    found = queries.head(datetime.now(UTC))
    if found is None:
        end("Nothing is sealed yet: a worker seals each second.")
    print_json(found.document())


@app.command("list")
def list_(
    kind: Annotated[str | None, typer.Option(help="Only these events: signed-in, mandate-granted...")] = None,
    actor: Annotated[str | None, typer.Option(help="Only those of an actor whose name holds this text.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the latest first.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON, one line each.")] = False,
) -> None:
    """Print who did what, the latest first.

    Examples:

        vigie audit list --kind role-granted

        vigie audit list --actor aline@ --limit 200 --json
    """
    django_ready()
    from vigie.apps.audit.models import Event

    rows = Event.objects.order_by("-pk")
    if kind:
        rows = rows.filter(kind=kind)
    if actor:
        rows = rows.filter(actor__icontains=actor)
    names = ("id", "at", "actor", "kind", "subject_type", "subject_id", "detail")
    found = list(rows.values(*names)[:limit])
    if json:
        print_json_lines(found)
        return
    for row in found:
        subject = f" {row['subject_type']} {row['subject_id']}" if row["subject_type"] else ""
        told = ", ".join(f"{name} {value}" for name, value in row["detail"].items())
        say(f"{row['id']}  {row['at']:%Y-%m-%d %H:%M:%S}  {row['actor']}  {row['kind']}{subject}  {told}".rstrip())
