"""vigie finding assign, note, agree...: who follows it, what is noted of it, what ANSSI is shown."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .runtime import USAGE, actor, django_ready, end, print_json, say

if TYPE_CHECKING:
    from vigie.apps.findings.models import Finding
    from vigie.apps.registry.models import Establishment

Number = Annotated[int, typer.Argument(help="Number of the finding; `vigie finding list` shows them.")]
Finess = Annotated[str, typer.Argument(help="FINESS number of a legal entity.")]
Kind = Annotated[str, typer.Option(help="Kind of findings: product or check.")]
Json = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Put these commands beside those that list and decide."""
    for command in (assign, note, notes, agree, agreements):
        app.command()(command)
    app.command("take-back")(take_back)


def _ready() -> None:
    django_ready()
    from django.utils import translation

    translation.activate("en")


def _finding(number: int) -> "Finding":
    from vigie.apps.findings.models import Finding

    one = Finding.objects.select_related("establishment__department").filter(pk=number).first()
    if one is None:
        end(f"There is no finding {number}. `vigie finding list` shows those that exist.")
    return one


def _establishment(finess: str) -> "Establishment":
    from vigie.apps.registry.models import Establishment

    one = Establishment.objects.filter(finess=finess).first()
    if one is None:
        end(f"No legal entity has this FINESS number: {finess}.", USAGE)
    return one


def assign(
    number: Number,
    email: Annotated[str, typer.Argument(help="Who follows it from now on; nobody takes it away from everybody.")],
) -> None:
    """Give a finding to somebody who may act on it, or to nobody.

    Exit codes: 0 given, 1 no such finding, 2 nobody of that address may act on it.

    Examples:

        vigie finding assign 12 aline@hospital.example

        vigie finding assign 12 nobody
    """
    _ready()
    from vigie.apps.accounts.queries import people_over
    from vigie.apps.findings import planning
    from vigie.apps.registry.enums import Right

    one, now = _finding(number), datetime.now(UTC)
    to = None
    if email != "nobody":
        to = people_over(one.establishment, Right.ACT, now).filter(email__iexact=email).first()
        if to is None:
            end(f"Nobody of the address {email} may act on this finding.", USAGE)
    planning.assign(finding=one, to=to, by=actor(), now=now)
    say(f"Finding {number} is given to {email}.")


def note(
    finess: Finess,
    text: Annotated[str, typer.Argument(help="What should be remembered, for the analysts and the auditor alone.")],
    finding: Annotated[int | None, typer.Option(help="Number of the finding that it is about.")] = None,
) -> None:
    """Write a note of the analysts about an establishment; it stays as it is written.

    Exit codes: 0 written, 1 no such finding, 2 badly asked.

    Example:

        vigie finding note 000000026 "Their provider changes in January." --finding 12
    """
    _ready()
    from vigie.apps.findings.notes import actions
    from vigie.apps.findings.refusals import Incomplete

    about = _finding(finding) if finding is not None else None
    try:
        actions.write(establishment=_establishment(finess), finding=about, text=text, by=actor(), now=datetime.now(UTC))
    except Incomplete as refused:
        end(str(refused), USAGE)
    say("The note is kept.")


def notes(finess: Finess, json: Json = False) -> None:
    """Print the notes of the analysts about an establishment, the latest first.

    Exit codes: 0 printed, 2 there is no such establishment.

    Example:

        vigie finding notes 000000026
    """
    _ready()
    from vigie.apps.findings.models import Note

    rows = Note.objects.of(_establishment(finess)).order_by("-pk")
    told = [{"at": row.written_at, "by": row.written_by, "finding": row.finding_id, "text": row.text} for row in rows]
    if json:
        print_json(told)
        return
    for row in told:
        about = f"  finding {row['finding']}" if row["finding"] else ""
        say(f"{row['at']:%Y-%m-%d %H:%M} UTC  {row['by']}{about}\n    {row['text']}")


def agree(
    finess: Finess,
    kind: Kind,
    signatory: Annotated[str, typer.Option(help="Who agreed, for the establishment: name and position.")],
    basis: Annotated[str, typer.Option(help="Convention or letter, with its date.")],
) -> None:
    """Record that an essential operator agrees to show one kind of its findings to ANSSI, from today.

    Exit codes: 0 recorded, 2 badly asked.

    Example:

        vigie finding agree 000000026 --kind product --signatory "Dr Exemple, directeur" --basis "Lettre du 12/11/2026"
    """
    _ready()
    from vigie.apps.findings.agreements import actions
    from vigie.apps.findings.refusals import Incomplete

    one = _establishment(finess)
    try:
        made = actions.agree(
            establishment=one, kinds=[_kind(kind)], signatory=signatory, basis=basis, by=actor(), now=datetime.now(UTC)
        )
    except Incomplete as refused:
        end(str(refused), USAGE)
    told = "is shown from today" if made else "was agreed already"
    more = "" if one.essential_operator else " It counts once it is marked: vigie people essential " + finess
    say(f"{kind} of {finess} {told}.{more}")


def take_back(finess: Finess, kind: Kind) -> None:
    """Show that kind of findings to ANSSI no more, at once.

    Exit codes: 0 taken back, 1 nothing was agreed, 2 badly asked.

    Example:

        vigie finding take-back 000000026 --kind product
    """
    _ready()
    from vigie.apps.findings.agreements import actions

    done = actions.take_back(establishment=_establishment(finess), kind=_kind(kind), by=actor(), now=datetime.now(UTC))
    if not done:
        end(f"{finess} had not agreed to show that kind.")
    say(f"{kind} of {finess} is shown no more.")


def agreements(json: Json = False) -> None:
    """List what essential operators agreed to show to ANSSI.

    Exit codes: 0 listed.

    Example:

        vigie finding agreements --json
    """
    _ready()
    from vigie.apps.findings.models import Agreement

    now = datetime.now(UTC)
    rows = Agreement.objects.current().in_force(now.date()).select_related("establishment")
    told: list[dict[str, Any]] = [
        {
            "finess": row.establishment.finess,
            "kind": row.kind,
            "counts": row.establishment.essential_operator,
            "signatory": row.signatory,
            "basis": row.basis,
            "since": row.valid_from,
        }
        for row in rows.order_by("establishment__finess", "kind")
    ]
    if json:
        print_json(told)
        return
    for row in told:
        held = "" if row["counts"] else "  (not marked as an essential operator: shows nothing)"
        say(f"{row['finess']}  {row['kind']:<8} since {row['since']}  {row['signatory']}, {row['basis']}{held}")


def _kind(text: str) -> str:
    from vigie.apps.findings.enums import FindingKind

    if text not in FindingKind.values:
        end(f"--kind {text}: choose among {', '.join(FindingKind.values)}.", USAGE)
    return text
