"""vigie group-audit: prepare, agree, run, review, tell and follow up the audit of a hospital group."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from .groupaudit_review import Number, add_to, one_audit
from .runtime import USAGE, actor, django_ready, end, print_json, say

if TYPE_CHECKING:
    from vigie.apps.registry.models import Group
    from vigie.exports.groupaudit import Report

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Audits of hospital groups. The trail of what people did is `vigie audit`.",
)
Json = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]


def _ready() -> None:
    """Start Django, and speak as the other commands do: in English."""
    django_ready()
    from django.utils import translation

    translation.activate("en")


@app.command("list")
def list_(json: Json = False) -> None:
    """List the audits, the latest first, and how many groups were told theirs this year.

    Exit codes: 0 listed.

    Example:

        vigie group-audit list --json
    """
    _ready()
    from vigie.apps.findings.groupaudits import queries

    now = datetime.now(UTC)
    counted = queries.audited_in(now.year, now.date(), now)
    rows = [
        {
            "number": row.pk,
            "group": row.group.code,
            "name": row.group.name,
            "state": row.state,
            "establishments": row.establishments,  # type: ignore[attr-defined]
            "confirmed": row.confirmed,  # type: ignore[attr-defined]
            "told_on": row.restituted_on,
            "next_follow_up": row.next_due,  # type: ignore[attr-defined]
        }
        for row in queries.listed()
    ]
    if json:
        print_json({"year": counted.year, "told": counted.told, "groups": counted.groups, "audits": rows})
        return
    say(f"{counted.told} of {counted.groups} territorial hospital groups were told their audit in {counted.year}.")
    for row in rows:
        told = f"told on {row['told_on']}" if row["told_on"] else row["state"]
        say(f"{row['number']:>5}  {row['group']:<12}{row['name'][:40]:<42}{told}, {row['confirmed']} confirmed")


@app.command()
def prepare(
    group: Annotated[str, typer.Argument(help="Kind and code of the group: ght:NA-04.")],
    establishment: Annotated[
        list[str] | None, typer.Option(help="FINESS number of a member; several times; all of them when not given.")
    ] = None,
) -> None:
    """Choose whom an audit concerns. Nothing is looked at before the agreement.

    Exit codes: 0 prepared, 2 badly asked.

    Example:

        vigie group-audit prepare ght:NA-04
    """
    _ready()
    from vigie.apps.findings.groupaudits import actions
    from vigie.apps.findings.refusals import FindingRefused
    from vigie.apps.registry.models import Establishment

    chosen = None
    if establishment:
        chosen = list(Establishment.objects.filter(finess__in=establishment))
        missing = sorted(set(establishment) - {one.finess for one in chosen})
        if missing:
            end(f"No establishment has this FINESS number: {', '.join(missing)}.", USAGE)
    try:
        made = actions.prepare(group=_group(group), establishments=chosen, by=actor(), now=datetime.now(UTC))
    except FindingRefused as refused:
        end(str(refused), USAGE)
    say(f"Audit {made.pk} is prepared. Next: vigie group-audit agree {made.pk} --signatory … --reference …")


def _group(text: str) -> "Group":
    from vigie.apps.registry.models import Group

    kind, _, code = text.partition(":")
    found = Group.objects.filter(kind=kind, code=code).first()
    if found is None:
        end(f"{text}: no group of that kind and code. Write it as ght:NA-04.", USAGE)
    return found


@app.command()
def agree(
    number: Number,
    signatory: Annotated[str, typer.Option(help="Who agrees for the group: name and position.")],
    reference: Annotated[str, typer.Option(help="Where the agreement is written.")],
    on: Annotated[str, typer.Option(help="Day of the signature, YYYY-MM-DD; today when not given.")] = "",
) -> None:
    """Record the agreement of the group; the mandate of each establishment is still needed.

    Exit codes: 0 recorded, 2 badly asked, or not from that state.

    Example:

        vigie group-audit agree 3 --signatory "Dr Exemple, directeur" --reference "Convention 2026-12"
    """
    _ready()
    from vigie.apps.findings.groupaudits import actions
    from vigie.apps.findings.refusals import FindingRefused

    now = datetime.now(UTC)
    try:
        day = date.fromisoformat(on) if on else now.date()
        actions.agree(audit=one_audit(number), signatory=signatory, on=day, reference=reference, by=actor(), now=now)
    except ValueError:
        end(f"--on {on}: write a day as YYYY-MM-DD.", USAGE)
    except FindingRefused as refused:
        end(str(refused), USAGE)
    say(f"The agreement is recorded. Next: vigie group-audit run {number}")


@app.command()
def run(
    number: Number,
    ports: Annotated[str, typer.Option(help="TCP ports, comma-separated; the usual ones when not given.")] = "",
) -> None:
    """Look at the perimeter, frozen by the first run; a worker does the work (`vigie serve` or `vigie worker`).

    Exit codes: 0 started, 2 badly asked, or not from that state.

    Example:

        vigie group-audit run 3 --ports 22,443,8443
    """
    _ready()
    from vigie.apps.findings.groupaudits import actions
    from vigie.apps.findings.refusals import FindingRefused
    from vigie.data.ports import default_ports

    try:
        asked = [int(part) for part in ports.split(",")] if ports else default_ports()
        made = actions.run(audit=one_audit(number), ports=asked, by=actor(), now=datetime.now(UTC))
    except ValueError:
        end(f"--ports {ports}: write numbers from 1 to 65535 separated by commas, such as 22,443.", USAGE)
    except FindingRefused as refused:
        end(str(refused), USAGE)
    without = len(made.campaign.not_looked)
    say(f"Campaign {made.campaign_id} has started; {without} establishments have no mandate and are not looked at.")


@app.command()
def report(
    number: Number,
    pdf: Annotated[Path | None, typer.Option(help="Write the report there, the plan inside as CSV.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the ordered plan there, one weakness a line.")] = None,
    json: Json = False,
    language: Annotated[str, typer.Option(help="fr or en.")] = "fr",
) -> None:
    """Print the report of an audit: what was found, in words, then the ordered plan and the follow-ups.

    Exit codes: 0 printed or written, 1 could not be done, 2 badly asked.

    Examples:

        vigie group-audit report 3

        vigie group-audit report 3 --pdf audit.pdf --csv plan.csv
    """
    if language not in {"fr", "en"}:
        end(f"--language {language}: fr or en.", USAGE)
    _ready()
    from vigie.apps.observatory.groupaudits import report as build
    from vigie.exports.groupaudit import plan_csv, report_pdf
    from vigie.exports.pdf import PdfUnavailable

    made = build(one_audit(number), datetime.now(UTC))
    if pdf:
        try:
            pdf.write_bytes(report_pdf(made, language, now=made.moment))
        except PdfUnavailable as error:
            end(str(error))
        say(f"Written: {pdf}")
    if csv:
        csv.write_bytes(plan_csv(made).encode())
        say(f"Written: {csv}")
    if json:
        print_json(msgspec.to_builtins(made))
    elif not (pdf or csv):
        _print(made, language)


def _print(made: "Report", language: str) -> None:
    from vigie.exports.groupaudit import sheet

    told = sheet(made, language)
    for text in (told.name, told.identity, "", told.answer, f"{told.answer_more} {told.agreement}".strip(), told.as_of):
        say(text)
    for text in (*told.conclusion, told.drafted):
        if text:
            say(f"\n{text}")
    for part in told.technical:
        say(f"\n{part.title}")
        for number, task in enumerate(part.tasks, 1):
            say(f"  {number}. {task.title} ({task.gain})")
            more = (task.establishment, task.where, task.action, task.due, task.state, task.planned)
            say(f"     {' · '.join(filter(None, more))}")
    for row in told.follow_ups.rows:
        say(f"{row.cells[0]}: " + ", ".join(f"{n} {head.lower()}" for head, n in zip(
            told.follow_ups.heads[1:], row.cells[1:], strict=True) if n != "–"))  # fmt: skip


add_to(app)
