"""vigie demo: the invented region, its laboratory, and the observatory that looks at it."""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .runtime import end, say

if TYPE_CHECKING:
    from vigie.config.settings import Settings

NETWORKS = tuple(f"127.{second}" for second in range(60, 67))
ADMINISTRATOR = "demonstration@vigie.example"
LAB_WITHIN_SECONDS = 30.0
LINK_LIFETIME = timedelta(hours=8)


def demo(
    pause: Annotated[float, typer.Option(min=0, help="Seconds between the two campaigns.")] = 20.0,
    network: Annotated[
        str | None,
        typer.Option(help="First two numbers of every address of the laboratory; a free one when not given."),
    ] = None,
) -> None:
    """Show the whole at work: an invented region, real protocol servers on this machine, two campaigns.

    Everything stays on loopback addresses and in one folder (VIGIE_HOME). It goes on until Ctrl-C; started again, it
    finds what it had. It needs the laboratory's libraries: the 'lab' extra.

    Examples:

        vigie demo

        VIGIE_PORT=8080 VIGIE_HOME=/tmp/vigie vigie demo
    """
    settings = _settings()
    _refuse_a_second_one(settings)
    lab = settings.home / "lab"
    network = _network(lab, network)
    _ask_the_laboratory(network)

    from .init import prepare
    from .serve import check_folder, supervise

    say("Preparing the invented region…")
    prepare()

    from vigie.config.supervisor import Child
    from vigie.lab.story import StoryBroken

    check_folder(settings.home)
    servers = Child.module("laboratory", "vigie.cli.main", "lab", "serve", "--home", str(lab), "--network", network)
    logs = settings.home / "logs"
    between = timedelta(seconds=pause)
    try:
        _settle(lab, network)
        code = supervise(
            settings=settings, extra=[servers], logs=logs, on_ready=lambda address: _tell(address, lab, logs, between)
        )
    except StoryBroken as error:
        end(str(error))
    raise SystemExit(code)


def _settings() -> "Settings":
    from vigie.config.settings import SettingsError, load

    try:
        return load()
    except SettingsError as error:
        end(f"The settings cannot be used:\n{error}\nSee .env.example for what each one means.", 2)


def _network(lab: Path, asked: str | None) -> str:
    """Where the laboratory lives: where it did before, else where it was asked to, else the first free place."""
    from vigie.channels.neighbour import Place, look
    from vigie.lab import draw

    kept = lab / "network"
    before = kept.read_text().strip() if kept.is_file() else None
    if asked and before and asked != before:
        end(f"The laboratory of this folder lives on {before}: leave --network out, or choose another VIGIE_HOME.", 2)
    candidates = (before,) if before else (asked,) if asked else NETWORKS
    free = [network for network in candidates if look(*draw.make(draw.SEED, network).dns) is Place.FREE]
    if free:
        return free[0]
    return end(
        f"{' and '.join(candidates)}: these addresses are in use, probably by another demonstration. Stop it first."
    )


def _ask_the_laboratory(network: str) -> None:
    """Names are asked of the laboratory's own name server, unless another was chosen."""
    from vigie.lab import draw

    address, port = draw.make(draw.SEED, network).dns
    os.environ.setdefault("VIGIE_SECOND_FACTOR", "optional")  # nothing here is true, and it says so on its pages
    os.environ.setdefault("VIGIE_FEEDS", "off")  # its catalogue ships with it: nothing is asked of the world
    os.environ.setdefault("VIGIE_RESOLVERS", f"{address}:{port}")


def _refuse_a_second_one(settings: "Settings") -> None:
    from vigie.config.locks import AlreadyHeld, hold

    from .serve import address_of, check_port

    if settings.home.is_dir() and os.access(settings.home, os.W_OK):
        try:
            with hold(settings.home / "serve.lock"):
                pass
        except AlreadyHeld as error:
            end(f"The demonstration is already running at {error.holder.address or address_of(settings)}.")
    check_port(settings)


def _settle(lab: Path, network: str) -> None:
    from vigie.lab import story

    lab.mkdir(exist_ok=True)
    (lab / "ready").unlink(missing_ok=True)
    count = story.settle(lab / "region", network=network, now=datetime.now(UTC))
    (lab / "network").write_text(f"{network}\n")
    say(f"{count} invented establishments are in the registry, with their perimeters and mandates.")


def _tell(address: str, lab: Path, logs: Path, between: timedelta) -> None:
    """In a thread of its own once the pages answer: wait for the laboratory, then play the story."""
    from vigie.lab import story

    services = _wait_for(lab, logs)
    say(f"The laboratory serves {services} ports of this machine (loopback addresses), and nothing else.")
    say(f"\n    Open   {_link(address)}\n\nThe first campaign is running. Ctrl-C ends everything.")
    story.tell(lab, between=between, say=say)
    say("Both campaigns are done; the pages stay. Start one yourself from the page of campaigns.")


def _wait_for(lab: Path, logs: Path) -> int:
    from vigie.lab import story

    deadline = time.monotonic() + LAB_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            return int(json.loads((lab / "ready").read_text())["services"])
        except (OSError, ValueError):
            time.sleep(0.1)
    raise story.StoryBroken(f"The laboratory did not start: {_last_line(logs / 'laboratory.log')}")


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else f"see {log}"


def _link(address: str) -> str:
    from vigie.apps.accounts import actions as accounts
    from vigie.apps.accounts.models import User

    now = datetime.now(UTC)
    user = User.objects.filter(email=ADMINISTRATOR).first()
    if user is None:
        user = User.objects.create_superuser(ADMINISTRATOR, name="Démonstration")
    accounts.grant_first_roles(user=user, by="vigie demo", now=now)
    token = accounts.create_sign_in_link(user=user, now=now, lifetime=LINK_LIFETIME)
    return f"{address}/link/{token}"
