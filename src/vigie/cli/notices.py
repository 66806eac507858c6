"""vigie notices: what waits to be sent, sending it, what came back, and what was mended."""

import mailbox
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from .runtime import FAILED, USAGE, django_ready, end, print_json, print_json_lines, say

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Messages to the contacts of establishments: the outbox, what came back, from the message to the fix.",
    epilog="Nothing leaves without VIGIE_SMTP_URL. Exit codes: 0 done, 1 it could not be done, 2 badly asked.",
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SHOWN = 50


@app.command()
def outbox(
    state: Annotated[str | None, typer.Option(help="One state: planned, released, sent, bounced...")] = None,
    json: Json = False,
) -> None:
    """List the last messages, newest first; all of them with --json.

    Example:

        vigie notices outbox --state released
    """
    django_ready()
    from vigie.apps.notices import queries
    from vigie.apps.notices.enums import NoticeState

    if state is not None and state not in NoticeState.values:
        end(f"{state!r} is not a state: choose among {', '.join(NoticeState.values)}.", USAGE)
    rows = queries.outbox().order_by("-pk")
    rows = rows.filter(state=state) if state else rows
    if json:
        print_json_lines(_facts(row) for row in rows.iterator())
        return
    for row in rows[:SHOWN]:
        facts = _facts(row)
        say(f"{facts['state']:<12} {facts['planned_at']:%Y-%m-%d %H:%M}  {facts['kind']:<12} {facts['to']}")
    if (total := rows.count()) > SHOWN:
        say(f"... and {total - SHOWN} more (--json lists them)")


def _facts(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "message_id": row.message_id,
        "state": row.state,
        "kind": row.kind,
        "urgent": row.urgent,
        "channel": row.channel,
        "to": row.address,
        "finess": row.alert.establishment.finess if row.alert else None,
        "planned_at": row.planned_at,
        "sent_at": row.sent_at,
        "repeats": row.repeats,
        "reply": row.reply,
    }


@app.command()
def send(json: Json = False) -> None:
    """Send now what is due, as the worker does each minute.

    Example:

        vigie notices send
    """
    django_ready()
    from vigie.apps.notices.tasks import deliver

    done = deliver.call()
    if done is None:
        end("No mail server is configured (VIGIE_SMTP_URL): nothing was sent.")
    if json:
        print_json(done)
    else:
        say(", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in done.items() if name != "closed"))
    if done["closed"]:
        end(f"The mail server cannot be used: {done['closed']}. What waits is kept.")


@app.command()
def check() -> None:
    """Open a conversation with the mail server, as configured, and send nothing.

    Example:

        vigie notices check
    """
    django_ready(database=False)
    from django.conf import settings

    from vigie.channels.smtp import SmtpUnreachable, line

    door = settings.VIGIE.mail_door()
    if door is None:
        end("No mail server is configured: set VIGIE_SMTP_URL and VIGIE_SMTP_FROM.")
    try:
        with line(door):
            say(f"{door.host}:{door.port} lets us in ({door.security}). Nothing was sent.")
    except SmtpUnreachable as error:
        end(str(error))


@app.command()
def bounces(
    files: Annotated[list[Path], typer.Argument(help="Reports: .eml files, an mbox, or a folder of messages.")],
    json: Json = False,
) -> None:
    """Read the delivery reports that mail servers sent back: delivered, or returned.

    A report read twice changes nothing. What is not a report on one of our messages is told and left aside.

    Examples:

        vigie notices bounces reports.mbox

        vigie notices bounces Maildir/new --json
    """
    for path in files:
        if not path.exists():
            end(f"{path} is not there.", USAGE)
    django_ready()
    from vigie.apps.notices import actions
    from vigie.apps.notices.bounces import UnreadableReport, read_report

    now, counts = datetime.now(UTC), {"read": 0, "changed": 0, "left_aside": 0}
    for name, raw in _messages(files):
        try:
            report = read_report(raw)
        except UnreadableReport as error:
            counts["left_aside"] += 1
            typer.echo(f"{name}: {error}", err=True)
            continue
        counts["read"] += 1
        counts["changed"] += report is not None and actions.apply_report(report, now)
    if json:
        print_json(counts)
    else:
        say(f"{counts['read']} reports read, {counts['changed']} messages changed, {counts['left_aside']} left aside.")
    if counts["left_aside"] and not counts["read"]:
        raise SystemExit(FAILED)


def _messages(files: list[Path]) -> Iterator[tuple[str, bytes]]:
    from vigie.apps.notices.bounces import MOST_BYTES

    for path in files:
        if path.is_dir():
            yield from _messages(sorted(one for one in path.iterdir() if one.is_file()))
            continue
        with path.open("rb") as file:
            begins = file.read(5)
            if begins != b"From ":
                yield path.name, begins + file.read(MOST_BYTES)
                continue
        box = mailbox.mbox(path, create=False)
        for number, key in enumerate(box.keys(), start=1):
            with box.get_file(key) as message:
                yield f"{path.name}, message {number}", message.read(MOST_BYTES + 1)
        box.close()


@app.command()
def funnel(json: Json = False) -> None:
    """Tell, for each campaign, how many things were told, sent, delivered, acknowledged, declared and proved fixed.

    Example:

        vigie notices funnel --json
    """
    django_ready()
    from vigie.apps.notices import queries
    from vigie.apps.registry.models import Establishment

    rows = queries.funnel(Establishment.objects.all())
    if json:
        print_json_lines(asdict(row) for row in rows)
        return
    for row in rows:
        steps = f"{row.things} > {row.sent} > {row.delivered} > {row.acknowledged} > {row.declared} > {row.verified}"
        say(f"{row.made_at:%Y-%m-%d}  {steps:<40} {row.label}")
    say("told > sent > delivered > acknowledged > declared fixed > fixed, verified")
