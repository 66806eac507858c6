"""vigie finding: what is to be mended, one finding with its history, taking it in hand, and looking again now."""

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .finding_notes import add_to
from .runtime import FAILED, OK, STOPPED, USAGE, actor, django_ready, end, print_json, say

if TYPE_CHECKING:
    from vigie.apps.findings.models import Finding
    from vigie.apps.findings.queries import RetestStatus

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="What is to be mended, and whether it is.")

Json = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]
Number = Annotated[int, typer.Argument(help="Number of the finding; `vigie finding list` shows them.")]
WAIT_AT_MOST = timedelta(minutes=2)
POLL_SECONDS = 0.3


def _ready() -> None:
    """Start Django, and speak as the other commands do: in English."""
    django_ready()
    from django.utils import translation

    translation.activate("en")


@app.command("list")
def list_(
    establishment: Annotated[str, typer.Option(help="FINESS number of a legal entity.")] = "",
    state: Annotated[str, typer.Option(help="One state; what is to be mended when not given.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, worst first.")] = 50,
    json: Json = False,
) -> None:
    """List findings, worst first: those to be mended, or those in one state.

    Exit codes: 0 listed, 2 there is no such state or establishment.

    Examples:

        vigie finding list

        vigie finding list --establishment 000000026 --state risk_accepted --json
    """
    _ready()
    from rich.console import Console
    from rich.table import Table

    from vigie.apps.findings.queries import ranked
    from vigie.engine.place import place

    rows = ranked(_asked(establishment, state))[:limit]
    if json:
        print_json([facts(row) for row in rows])
        return
    table = Table("no", "severity", "what", "where", "establishment", "deadline (UTC)", "state", box=None)
    for row in rows:
        what = f"{row.subject} {row.seen_version}".strip() + (" EXPLOITED" if row.exploited else "")
        where = place(row.address, row.port, row.domain)
        day = f"{row.deadline:%Y-%m-%d}"
        table.add_row(str(row.pk), row.severity, what, where, row.establishment.finess, day, row.state)
    Console().print(table)


def _asked(establishment: str, state: str) -> Any:
    from vigie.apps.findings.enums import FindingState
    from vigie.apps.findings.models import Finding
    from vigie.apps.registry.models import Establishment

    if state and state not in FindingState.values:
        end(f"There is no state {state!r}. The states are: {', '.join(FindingState.values)}.", USAGE)
    rows = Finding.objects.filter(state=state) if state else Finding.objects.standing()
    if not establishment:
        return rows
    one = Establishment.objects.filter(finess=establishment).first()
    if one is None:
        end(f"No legal entity has this FINESS number: {establishment}.", USAGE)
    return rows.filter(establishment=one)


@app.command()
def show(number: Number, json: Json = False) -> None:
    """Show one finding: where it is, what was decided, its plan and its history.

    Exit codes: 0 shown, 1 no such finding.

    Examples:

        vigie finding show 12

        vigie finding show 12 --json
    """
    _ready()
    from vigie.apps.findings import queries

    one = _found(number)
    plan = queries.plan_of(one)
    told = facts(one) | {
        "plan": plan and {"on": plan.on, "owner": plan.owner, "window": plan.window, "constraint": plan.constraint},
        "measures": [
            {"kind": row.kind, "text": row.words, "verified_at": row.verified_at} for row in queries.measures_of(one)
        ],
        "history": [
            {"at": event.at, "kind": event.kind, "by": event.by, "words": event.words, "reason": event.reason}
            for event in queries.events_of(one)
        ],
    }
    if json:
        print_json(told)
        return
    for name, value in told.items():
        if name == "history":
            for event in value:
                words = ". ".join(filter(None, (event["reason"], event["words"])))
                say(f"  {event['at']:%Y-%m-%d %H:%M} UTC  {event['kind']}  {event['by']}  {words}".rstrip())
        elif value not in (None, "", []):
            say(f"{name}: {value}")


@app.command()
def acknowledge(number: Number) -> None:
    """Say that somebody has it in hand.

    Exit codes: 0 recorded, 1 it cannot be done any more, or no such finding.

    Examples:

        vigie finding acknowledge 12
    """
    _ready()
    from vigie.apps.findings import decisions
    from vigie.apps.findings.refusals import FindingRefused

    try:
        decisions.acknowledge(finding=_found(number), by=actor(), now=datetime.now(UTC))
    except FindingRefused as refused:
        end(str(refused))
    say(f"Finding {number} is acknowledged.")


@app.command()
def fixed(number: Number, wait: Annotated[bool, typer.Option(help="Wait for the answer.")] = True) -> None:
    """Declare that it is mended: it is looked at again at once, and closed by that look alone.

    Exit codes: as `vigie finding retest`.

    Examples:

        vigie finding fixed 12
    """
    _ready()
    from vigie.apps.findings import decisions
    from vigie.apps.findings.refusals import FindingRefused

    one = _found(number)
    try:
        _, why_not = decisions.declare_fix(finding=one, by=actor(), now=datetime.now(UTC))
    except FindingRefused as refused:
        end(str(refused))
    if why_not:
        end(f"Declared, and no look can be made now: {why_not}")
    _answered(one, wait=wait, as_json=False)


@app.command()
def retest(
    number: Number, wait: Annotated[bool, typer.Option(help="Wait for the answer.")] = True, json: Json = False
) -> None:
    """Look again now, at this port alone, ahead of everything; a worker must be running (`vigie serve`).

    Exit codes: 0 it is mended or gone, or was asked for with --no-wait; 1 still there, unknown or refused; 3 stopped.

    Examples:

        vigie finding retest 12

        vigie finding retest 12 --no-wait
    """
    _ready()
    from vigie.apps.findings import retesting
    from vigie.apps.findings.refusals import FindingRefused

    one = _found(number)
    try:
        retesting.retest(finding=one, by=actor(), now=datetime.now(UTC))
    except FindingRefused as refused:
        end(str(refused))
    _answered(one, wait=wait, as_json=json)


def _answered(one: "Finding", *, wait: bool, as_json: bool) -> None:
    """Follow the look until it has answered, and leave with what it said."""
    from vigie.apps.findings import queries
    from vigie.apps.findings.enums import RetestAnswer

    deadline = time.monotonic() + WAIT_AT_MOST.total_seconds()
    status = queries.last_retest(one)
    while wait and status and status.is_running and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        status = queries.last_retest(one)
    if status is None:
        end("No look was asked for.")
    one.refresh_from_db()
    _tell(one, status, as_json=as_json)
    if not wait or status.answer in {RetestAnswer.MENDED, RetestAnswer.GONE}:
        raise SystemExit(OK)
    raise SystemExit(STOPPED if status.answer == RetestAnswer.STOPPED else FAILED)


def _tell(one: "Finding", status: "RetestStatus", *, as_json: bool) -> None:
    if as_json:
        print_json({"finding": one.pk, "answer": status.answer, "reasons": list(status.reasons), "state": one.state})
        return
    why = f" ({'; '.join(status.reasons)})" if status.reasons else ""
    say(f"Finding {one.pk}: {status.answer.label}{why}. It is now {one.get_state_display()}.")


def _found(number: int) -> "Finding":
    from vigie.apps.findings.models import Finding

    one = Finding.objects.select_related("establishment").filter(pk=number).first()
    if one is None:
        end(f"There is no finding {number}. `vigie finding list` shows those that exist.")
    return one


def facts(row: "Finding") -> dict[str, Any]:
    """What --json prints of one finding."""
    return {
        "finding": row.pk,
        "finess": row.establishment.finess,
        "establishment": row.establishment.name,
        "state": row.state,
        "severity": row.severity,
        "exploited": row.exploited,
        "kind": row.kind,
        "subject": row.subject,
        "seen_version": row.seen_version,
        "fixed_version": row.fixed_version,
        "address": row.address,
        "domain": row.domain,
        "port": row.port,
        "names": [name for name in row.names if name],
        "first_seen": row.first_seen,
        "last_confirmed": row.last_confirmed,
        "deadline": row.deadline,
        "fix_declared_at": row.fix_declared_at,
        "closed_at": row.closed_at,
        "close_reason": row.close_reason,
        "until": row.until,
    }


add_to(app)
