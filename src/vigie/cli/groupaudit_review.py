"""vigie group-audit gather, review, judge, conclude, restitute, close, abandon: from the look to the follow-ups."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .runtime import USAGE, actor, django_ready, end, print_json, say

if TYPE_CHECKING:
    from vigie.apps.findings.models import GroupAudit, ReviewedFinding

Number = Annotated[int, typer.Argument(help="Number of the audit; `vigie group-audit list` shows them.")]
Why = Annotated[str, typer.Option(help="In words: they stay in the history.")]
Json = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Put these commands beside those that prepare and look."""
    for command in (gather, review, judge, conclude, restitute, close, abandon):
        app.command()(command)


def one_audit(number: int) -> "GroupAudit":
    """Start Django, in English as the other commands; end when there is no such audit."""
    django_ready()
    from django.utils import translation

    from vigie.apps.findings.models import GroupAudit

    translation.activate("en")
    one = GroupAudit.objects.select_related("group__region").filter(pk=number).first()
    if one is None:
        end(f"{number}: there is no such audit; `vigie group-audit list` shows them.", USAGE)
    return one


def _done(deed: Callable[..., Any], **given: Any) -> Any:
    """Do it now, as whoever types; end with the sentence of what refuses it."""
    from vigie.apps.findings.refusals import FindingRefused

    try:
        return deed(by=actor(), now=datetime.now(UTC), **given)
    except FindingRefused as refused:
        end(str(refused), USAGE)


def gather(number: Number) -> None:
    """Take what the looks saw to the review of an analyst. Nothing more is looked at.

    Exit codes: 0 taken, 2 a look is still running or held, no such audit, or not from that state.

    Example:

        vigie group-audit gather 3
    """
    one = one_audit(number)
    from vigie.apps.findings.groupaudits import actions

    fresh = _done(actions.gather, audit=one)
    say(f"{fresh} findings are new in the review. Next: vigie group-audit review {number}")


def review(number: Number, json: Json = False) -> None:
    """List the findings of an audit, those to be judged first, the worst first.

    Exit codes: 0 listed, 2 no such audit.

    Example:

        vigie group-audit review 3 --json
    """
    one = one_audit(number)
    from vigie.apps.findings.groupaudits.queries import under_review

    rows = [_facts(row) for row in under_review(one)]
    if json:
        print_json(rows)
        return
    left = sum(row["verdict"] == "to_review" for row in rows)
    say(f"{left} of {len(rows)} findings are to be judged: vigie group-audit judge {number} FINDING --confirm")
    for row in rows:
        told = f"{row['severity']}{', exploited' if row['exploited'] else ''}"
        why = f": {row['reason']}" if row["reason"] else ""
        what = f"{row['finding']:>7}  {told:<20}{row['subject']:<32}{row['place']:<24}"
        say(f"{what}{row['finess']}  {row['verdict']}{why}")


def _facts(row: "ReviewedFinding") -> dict[str, Any]:
    from vigie.engine.place import place

    one = row.finding
    return {
        "finding": one.pk,
        "finess": one.establishment.finess,
        "severity": one.severity,
        "exploited": one.exploited,
        "subject": one.subject,
        "place": place(one.address, one.port, one.domain),
        "verdict": row.verdict,
        "reason": row.reason,
        "judged_at": row.judged_at,
        "judged_by": row.judged_by,
    }


def judge(
    number: Number,
    finding: Annotated[int, typer.Argument(help="Number of the finding; `vigie group-audit review` shows them.")],
    confirm: Annotated[bool, typer.Option("--confirm", help="It is a weakness.")] = False,
    reject: Annotated[str, typer.Option(help="It is none, and why: a false positive, until a day.")] = "",
) -> None:
    """Confirm one finding of the review, or reject it with its reason.

    Exit codes: 0 judged, 2 badly asked, or the audit is not under review.

    Examples:

        vigie group-audit judge 3 12 --confirm

        vigie group-audit judge 3 14 --reject "The banner is that of the proxy of the host."
    """
    if confirm == bool(reject.strip()):
        end("Say one of the two: --confirm, or --reject with its reason.", USAGE)
    one = one_audit(number)
    from vigie.apps.findings.groupaudits import actions
    from vigie.apps.findings.models import Finding

    weakness = Finding.objects.filter(pk=finding).first()
    if weakness is None:
        end(f"There is no finding {finding}; `vigie group-audit review {number}` shows those of this audit.", USAGE)
    if confirm:
        _done(actions.confirm, audit=one, finding=weakness)
    else:
        _done(actions.reject, audit=one, finding=weakness, reason=reject)
    left = one.reviewed.filter(judged_at=None).count()
    say(f"Finding {finding} is {'confirmed' if confirm else 'rejected'}; {left} are left to judge.")


def conclude(
    number: Number,
    words: Annotated[Path, typer.Argument(help="Text file, one paragraph a line; - reads the standard input.")],
) -> None:
    """Write the conclusion for the management; an empty text goes back to the one drafted from the facts.

    Exit codes: 0 recorded, 1 the file cannot be read, 2 no such audit, or it is not under review.

    Example:

        vigie group-audit conclude 3 conclusion.txt
    """
    one = one_audit(number)
    from vigie.apps.findings.groupaudits import actions

    try:
        text = sys.stdin.read() if str(words) == "-" else words.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        end(f"{words}: not a text in UTF-8.")
    _done(actions.summarise, audit=one, words=text)
    say("The conclusion is recorded." if text.strip() else "The conclusion is the one drafted from the facts.")


def restitute(
    number: Number,
    attendance: Annotated[str, typer.Option(help="Who was there: names and positions.")],
    on: Annotated[str, typer.Option(help="Day on which the group was told, YYYY-MM-DD; today when not given.")] = "",
) -> None:
    """Record that the group was told; it is then looked at again after 30, 90 and 180 days.

    Exit codes: 0 recorded, 2 badly asked, findings left to judge, or not from that state.

    Example:

        vigie group-audit restitute 3 --attendance "Dr Exemple, directeur; A. Exemple, RSSI"
    """
    try:
        day = date.fromisoformat(on) if on else datetime.now(UTC).date()
    except ValueError:
        end(f"--on {on}: write a day as YYYY-MM-DD.", USAGE)
    one = one_audit(number)
    from vigie.apps.findings.groupaudits import actions

    _done(actions.restitute, audit=one, on=day, attendance=attendance)
    due = ", ".join(str(row.due_on) for row in one.follow_ups.order_by("days"))
    say(f"Recorded. The group is looked at again on {due}.")


def close(number: Number, why: Why) -> None:
    """Close an audit that was told to its group; the follow-ups that still wait will not run.

    Exit codes: 0 closed, 2 no such audit, or not from that state.

    Example:

        vigie group-audit close 3 --why "The group is audited again this year."
    """
    one = one_audit(number)
    from vigie.apps.findings.groupaudits import actions

    _done(actions.close, audit=one, words=why)
    say("The audit is closed. The findings go on by themselves.")


def abandon(number: Number, why: Why) -> None:
    """Give up an audit that was not told to its group; the findings stay what they are.

    Exit codes: 0 abandoned, 2 no such audit, or not from that state.

    Example:

        vigie group-audit abandon 3 --why "The group withdrew its agreement."
    """
    one = one_audit(number)
    from vigie.apps.findings.groupaudits import actions

    _done(actions.abandon, audit=one, reason=why)
    say("The audit is abandoned. The findings stay what they are.")
