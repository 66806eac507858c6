"""vigie campaign: look at many establishments, follow the work, read what it brought."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .runtime import FAILED, OK, STOPPED, USAGE, actor, django_ready, end, print_json, say

if TYPE_CHECKING:
    from rich.table import Table

    from vigie.apps.registry.models import Establishment
    from vigie.apps.scans.models import Campaign
    from vigie.apps.scans.queries import Progress

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Look at many establishments at once.")

Json = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]
ENDED = {"finished": OK, "held": OK, "stopped": STOPPED}


@app.command()
def start(
    establishment: Annotated[
        list[str] | None, typer.Option(help="FINESS number of a legal entity; may be repeated.")
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Every establishment with a mandate in force.")] = False,
    ports: Annotated[str, typer.Option(help="TCP ports, comma-separated; the usual ones when not given.")] = "",
    udp: Annotated[
        bool, typer.Option(help="Ask services without connections too: names, time, SNMP, IKE, OpenVPN, SIP.")
    ] = True,
    name: Annotated[str, typer.Option(help="What to call it; the date when not given.")] = "",
    json: Json = False,
) -> None:
    """Start a campaign: the workers look at each establishment within its mandate, and nothing else.

    Exit codes: 0 started, 1 refused (a stop is in force), 2 badly asked.

    Examples:

        vigie campaign start --all

        vigie campaign start --establishment 000000026 --ports 22,443 --name "After the upgrade"
    """
    django_ready()
    from vigie.apps.scans import actions
    from vigie.probes.datagrams import DATAGRAMS

    now = datetime.now(UTC)
    if bool(establishment) == everyone:
        end("Say which establishments: --establishment FINESS (may be repeated), or --all.", USAGE)
    try:
        campaign = actions.start_campaign(
            name=name or f"Campaign of {now:%Y-%m-%d %H:%M} UTC",
            establishments=_wanted(establishment or [], now),
            ports=_ports(ports),
            datagrams=tuple(DATAGRAMS) if udp else (),
            by=actor(),
            now=now,
        )
    except actions.StopInForce:
        end("An emergency stop is in force: nothing starts. Lift it first with `vigie stop --lift`.", FAILED)
    except actions.NothingToAsk as error:
        end(f"{error}.", USAGE)
    _told(campaign, now, as_json=json)


def _wanted(numbers: list[str], now: datetime) -> "list[Establishment]":
    """The establishments of these FINESS numbers; without any, all that have a mandate in force."""
    from vigie.apps.assets.models import Mandate
    from vigie.apps.registry.models import Establishment

    if not numbers:
        return list(Establishment.objects.filter(pk__in=Mandate.objects.in_force(now).values("establishment")))
    found = list(Establishment.objects.filter(finess__in=numbers))
    missing = sorted(set(numbers) - {one.finess for one in found})
    if missing:
        end(f"No legal entity has this FINESS number: {', '.join(missing)}.", USAGE)
    return found


def _ports(text: str) -> tuple[int, ...]:
    from vigie.data.ports import default_ports

    if not text:
        return default_ports()
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        end(f"--ports {text}: write numbers separated by commas, such as 22,443.", USAGE)


def _told(campaign: "Campaign", now: datetime, *, as_json: bool) -> None:
    from vigie.apps.scans.queries import progress

    known = progress(campaign, now)
    if as_json:
        print_json(facts(known))
        return
    say(f"Campaign {campaign.pk} started: {known.shards} establishments, {len(campaign.ports)} ports.")
    if campaign.not_looked:
        say(f"{len(campaign.not_looked)} establishments are not looked at: no mandate in force.")
    say(f"Follow it with `vigie campaign watch {campaign.pk}`.")


@app.command("list")
def list_(limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20, json: Json = False) -> None:
    """List the campaigns, newest first.

    Examples:

        vigie campaign list

        vigie campaign list --limit 3 --json
    """
    django_ready()
    from rich.console import Console
    from rich.table import Table

    from vigie.apps.scans.models import Campaign
    from vigie.apps.scans.queries import progress

    now = datetime.now(UTC)
    known = [progress(one, now) for one in Campaign.objects.listed().order_by("-started_at", "-pk")[:limit]]
    if json:
        print_json([facts(one) for one in known])
        return
    table = Table("no", "name", "state", "started (UTC)", "establishments", "hosts", "services", box=None)
    for one in known:
        row = one.campaign
        table.add_row(
            str(row.pk),
            row.name,
            row.state,
            f"{row.started_at:%Y-%m-%d %H:%M}",
            f"{one.done} of {one.shards}",
            f"{one.hosts_done} of {one.hosts}",
            str(one.services),
        )
    Console().print(table)


@app.command()
def pause(number: Annotated[int, typer.Argument(help="Number of the campaign.")]) -> None:
    """Pause a running campaign: what is under way ends within the second, and nothing is lost.

    Exit codes: 0 paused, 1 no such campaign, or it is not running.

    Examples:

        vigie campaign pause 3
    """
    _step(number, "pause_campaign", "is paused: `vigie campaign resume` has it go on")


@app.command()
def resume(number: Annotated[int, typer.Argument(help="Number of the campaign.")]) -> None:
    """Have a paused or stopped campaign go on with what is left; hosts already recorded are not asked again.

    Exit codes: 0 goes on, 1 no such campaign, it is neither paused nor stopped, or a stop is in force.

    Examples:

        vigie campaign resume 3
    """
    _step(number, "resume_campaign", "goes on with what was left")


def _step(number: int, name: str, told: str) -> None:
    django_ready()
    campaign = _progress(number).campaign
    from vigie.apps.scans import actions

    try:
        getattr(actions, name)(campaign=campaign, by=actor(), now=datetime.now(UTC))
    except actions.NotRunning:
        end(f"Campaign {number} is {campaign.state}: that cannot be done.")
    except actions.StopInForce:
        end("An emergency stop is in force: nothing starts. Lift it first with `vigie stop --lift`.")
    say(f"Campaign {number} {told}.")


@app.command()
def show(number: Annotated[int, typer.Argument(help="Number of the campaign.")], json: Json = False) -> None:
    """Show one campaign: how far it is, what it found, what is unknown and why.

    Exit codes: 0 shown, 1 no such campaign.

    Examples:

        vigie campaign show 3

        vigie campaign show 3 --json
    """
    django_ready()
    from rich.console import Console

    known = _progress(number)
    if json:
        print_json(facts(known))
    else:
        Console().print(_table(known))


@app.command()
def watch(number: Annotated[int, typer.Argument(help="Number of the campaign.")]) -> None:
    """Follow a campaign until it ends; leaving with Ctrl-C does not stop it.

    Exit codes: 0 finished or held for a person, 1 no such campaign, 3 stopped.

    Examples:

        vigie campaign watch 3
    """
    django_ready()
    from rich.console import Console
    from rich.live import Live

    known = _progress(number)
    with Live(_table(known), console=Console(stderr=True), refresh_per_second=4) as live:
        while known.running:
            time.sleep(0.5)
            known = _progress(number)
            live.update(_table(known))
    raise SystemExit(ENDED[known.campaign.state])


def _progress(number: int) -> "Progress":
    from vigie.apps.scans.models import Campaign
    from vigie.apps.scans.queries import progress

    campaign = Campaign.objects.filter(pk=number).first()
    if campaign is None:
        end(f"There is no campaign {number}. `vigie campaign list` shows those that exist.")
    return progress(campaign, datetime.now(UTC))


def facts(known: "Progress") -> dict[str, Any]:
    """What --json prints of one campaign."""
    row = known.campaign
    return {
        "campaign": row.pk,
        "name": row.name,
        "state": row.state,
        "held_reason": row.held_reason,
        "ports": row.ports,
        "started_at": row.started_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "establishments": known.shards,
        "establishments_done": known.done,
        "establishments_failed": known.failed,
        "not_looked": row.not_looked,
        "hosts": known.hosts,
        "hosts_done": known.hosts_done,
        "hosts_reached": known.hosts_reached,
        "questions": known.questions,
        "services": known.services,
        "new": known.new,
        "gone": known.gone,
        "unknowns": [asdict(one) for one in known.unknowns],
        "unlooked": [asdict(one) for one in known.unlooked],
        "unknown_checks": [asdict(one) for one in known.unknown_checks],
        "paused_hosts": [{"address": one.address, "until": one.until.isoformat()} for one in known.paused],
        "waits_until": known.waits_until.isoformat() if known.waits_until else None,
    }


def _table(known: "Progress") -> "Table":
    from rich.table import Table

    row = known.campaign
    table = Table(box=None, show_header=False, title=f"{row.name}: {row.state}", title_justify="left")
    table.add_row("establishments", f"{known.done} of {known.shards} done, {known.failed} failed")
    if row.not_looked:
        table.add_row("", f"{len(row.not_looked)} not looked at: no mandate in force")
    percent = f" ({known.percent} %)" if known.percent is not None else ""
    table.add_row("hosts", f"{known.hosts_done} of {known.hosts}{percent}, {known.hosts_reached} answered")
    table.add_row("services", f"{known.services}, of which {known.new} new; {known.gone} awaiting a second look")
    rate = f", {known.questions_a_second:.0f} a second" if known.questions_a_second else ""
    table.add_row("questions", f"{known.questions}{rate}")
    for unknown in known.unlooked:
        table.add_row("not looked at", f"{unknown.count}: {unknown.reason}")
    for unknown in known.unknowns:
        table.add_row("unknown", f"{unknown.count}: {unknown.reason}")
    for host in known.paused:
        table.add_row("left alone", f"{host.address} until {host.until:%Y-%m-%d %H:%M} UTC: it stopped answering")
    if known.waits_until:
        table.add_row("waits", f"until {known.waits_until:%Y-%m-%d %H:%M} UTC, when a window opens")
    if row.held_reason:
        table.add_row("held", row.held_reason)
    if known.ends_about:
        table.add_row("ends about", f"{known.ends_about:%H:%M:%S} UTC")
    return table
