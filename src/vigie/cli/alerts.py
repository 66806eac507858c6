"""vigie alerts: what is news for the nation, whom it concerns, and letting its messages leave."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .runtime import FAILED, USAGE, actor, django_ready, end, print_json, print_json_lines, say

if TYPE_CHECKING:
    from vigie.apps.watch.models import NationalAlert
    from vigie.apps.watch.queries import BoardRow

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="National alerts: a vulnerability that attackers use, or that CERT-FR warns of. Nothing leaves by itself.",
    epilog="Exit codes: 0 done, 1 it could not be done, 2 badly asked.",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Cve = Annotated[str, typer.Argument(help="The vulnerability of the alert: CVE-2024-21762.")]


@dataclass(frozen=True, slots=True)
class _Everybody:
    """Who runs the command on the machine itself sees the whole nation."""

    def scope(self, right: Any, now: datetime) -> Any:
        from vigie.apps.registry.scopes import Scope

        return Scope(now.date(), nation=True)


@app.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="One state: new, examined, released, dismissed.")] = None,
    json: Json = False,
) -> None:
    """List the alerts, the latest first, with how many establishments are affected and how many have to check.

    Examples:

        vigie alerts list --state new

        vigie alerts list --json
    """
    django_ready()
    from vigie.apps.watch import queries
    from vigie.apps.watch.enums import NationalAlertState
    from vigie.apps.watch.models import NationalAlert

    if state is not None and state not in NationalAlertState.values:
        end(f"{state!r} is not a state: choose among {', '.join(NationalAlertState.values)}.", USAGE)
    rows = NationalAlert.objects.select_related("vulnerability").order_by("-opened_at", "-pk")
    found = queries.board(rows.filter(state=state) if state else rows, _Everybody(), datetime.now(UTC))
    if json:
        print_json_lines(_facts(row) for row in found)
        return
    for row in found:
        say(_line(row))
    if not found:
        say("No alert.")


@app.command()
def show(cve: Cve, json: Json = False) -> None:
    """Show one alert: whom it concerns by verdict, what waits or has left, and its history.

    Example:

        vigie alerts show CVE-2024-21762
    """
    django_ready()
    from vigie.apps.watch import queries

    alert, now = _alert(cve), datetime.now(UTC)
    (row,) = queries.board([alert], _Everybody(), now)
    events = [{"at": one.at, "kind": one.kind, "by": one.by, "words": one.words} for one in alert.events.order_by("pk")]
    if json:
        print_json({**_facts(row), "history": events})
        return
    say(_line(row))
    for one in queries.concerned(alert, _Everybody(), now).order_by("verdict", "establishment__finess"):
        told = f"notified {one.notified_at:%Y-%m-%d %H:%M}" if one.notified_at else "not notified"
        door = ", remote access" if one.remote_access else ""
        say(f"  {one.establishment.finess}  {one.establishment.name}: {_verdict(one.verdict)}{door}, {told}")
    for event in events:
        say(f"  {event['at']:%Y-%m-%d %H:%M}  {event['kind']}  {event['by']}  {event['words']}".rstrip())


@app.command()
def release(
    cve: Cve,
    with_checks: Annotated[
        bool,
        typer.Option("--with-checks", help="Tell those too whose products do not decide: they are asked to check."),
    ] = False,
) -> None:
    """Let the messages of an alert leave to those affected; above twenty establishments a second person has to agree.

    Example:

        vigie alerts release CVE-2024-21762 --with-checks
    """
    django_ready()
    from vigie.apps.notices.actions import NoticeRefused
    from vigie.apps.watch import actions

    try:
        leaves = actions.release(alert=_alert(cve), by=actor(), now=datetime.now(UTC), with_checks=with_checks)
    except (actions.WatchRefused, NoticeRefused) as refused:
        end(str(refused), FAILED)
    say("Released: the messages leave now." if leaves else "Agreed. Another person has to release it.")


@app.command()
def dismiss(cve: Cve, reason: Annotated[str, typer.Option(help="Why nobody is told.")]) -> None:
    """Tell nobody, and say why; what was drafted is withheld.

    Example:

        vigie alerts dismiss CVE-2024-21762 --reason "Taken back by CISA the same day"
    """
    django_ready()
    from vigie.apps.watch import actions

    try:
        actions.dismiss(alert=_alert(cve), reason=reason, by=actor(), now=datetime.now(UTC))
    except actions.WatchRefused as refused:
        end(str(refused), FAILED)
    say("Dismissed: nothing of it is sent.")


def _alert(cve: str) -> "NationalAlert":
    from vigie.apps.watch.models import NationalAlert

    found = NationalAlert.objects.select_related("vulnerability").filter(vulnerability__cve=cve.strip().upper()).first()
    if found is None:
        end(f"There is no alert of {cve.strip().upper()}. `vigie alerts list` names those there are.", FAILED)
    return found


def _facts(row: "BoardRow") -> dict[str, Any]:
    alert, told = row.alert, row.messages
    return {
        "cve": alert.vulnerability.cve,
        "state": alert.state,
        "trigger": alert.trigger,
        "reference": alert.reference,
        "opened_at": alert.opened_at,
        "affected": row.affected,
        "remote_access": row.remote_access,
        "to_check": row.to_check,
        "waiting": told.held,
        "notified": told.sent,
        "read": told.read,
        "reason": alert.reason,
    }


def _line(row: "BoardRow") -> str:
    alert, told = row.alert, row.messages
    return (
        f"{alert.opened_at:%Y-%m-%d %H:%M}  {alert.vulnerability.cve}  {alert.state}: {row.affected} affected "
        f"({row.remote_access} by remote access), {row.to_check} to check; {told.held} wait, {told.sent} notified"
    )


def _verdict(slug: str) -> str:
    return slug if slug == "affected" else f"please check ({slug})"
