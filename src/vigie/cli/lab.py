"""`vigie lab`: the laboratory of the demonstration, an invented region of real protocol servers."""

import asyncio
import logging
import re
import warnings
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .runtime import FAILED, USAGE, end, print_json, say

if TYPE_CHECKING:
    from vigie.lab.plan import Plan

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The laboratory of the demonstration: an invented region, served by real protocol servers on loopback.",
    epilog="Exit codes: 0 done, 1 could not be done, 2 badly asked.",
)

Home = Annotated[Path | None, typer.Option("--home", help="Folder of the laboratory; VIGIE_HOME/lab when not given.")]
Seed = Annotated[int | None, typer.Option(help="Another region than the usual one.")]
Network = Annotated[str, typer.Option(help="First two numbers of every address.")]


@app.command()
def serve(home: Home = None, seed: Seed = None, network: Network = "127.60") -> None:
    """Serve the region until stopped. Writes `ready` in its folder when every port is open.

    Examples:

        vigie lab serve

        vigie lab serve --home /tmp/lab --network 127.64
    """
    plan, folder = _plan(seed, network), _home(home)
    try:
        from vigie.lab import running
        from vigie.lab.laboratory import CannotListen
    except ImportError as error:
        end(f"The laboratory needs {error.name}: install vigie with its 'lab' extra (pip install 'vigie[lab]').")
    warnings.simplefilter("ignore")  # old algorithms are offered on purpose
    for library in ("asyncssh", "mail.log", "pynetdicom", "pyftpdlib", "aiohttp.server", "asyncio"):
        logging.getLogger(library).setLevel(logging.CRITICAL)  # a visitor who leaves is no news
    try:
        asyncio.run(running.run(plan, folder, datetime.now(UTC)))
    except CannotListen as error:
        end(str(error), FAILED)


@app.command()
def write(
    folder: Annotated[Path, typer.Argument(help="Where to write the files of the region.")],
    seed: Seed = None,
    network: Network = "127.60",
) -> None:
    """Write the region as the files that `vigie import` reads: registry, groups, perimeter, mandates.

    Examples:

        vigie lab write /tmp/region
    """
    from vigie.lab import region

    files = region.write(folder, _plan(seed, network))
    for path in asdict(files).values():
        say(str(path))


@app.command()
def mend(
    home: Home = None,
    phase: Annotated[int, typer.Option(min=1, max=3, help="1 as planted, 2 mended, 3 one fault returned.")] = 2,
) -> None:
    """Mend a third of what is weak: the running laboratory changes within a second.

    Examples:

        vigie lab mend

        vigie lab mend --phase 1
    """
    from vigie.lab import running

    running.write_phase(_home(home), phase)
    say(f"The laboratory turns to phase {phase}.")


@app.command()
def publish(
    name: Annotated[str, typer.Argument(help="A name of the invented zone.")],
    kind: Annotated[str, typer.Argument(help="TXT, MX or CAA.")],
    text: Annotated[str, typer.Argument(help="What the record says, as a zone file writes it.")],
    home: Home = None,
) -> None:
    """Publish a record in the invented zone, as the owner of a domain does; the running laboratory answers it at once.

    It is how the first hour of an officer is walked in the demonstration: the proof that a page asks for goes here.

    Examples:

        vigie lab publish _vigie-proof.ch-nouveau.valombre.example TXT vigie-proof=0123
    """
    from vigie.lab import records

    try:
        fresh = records.record(name, kind, text)
    except records.RecordRefused as refused:
        end(str(refused), USAGE)
    folder = _home(home)
    records.write_records(folder, [*(one for one in records.read_records(folder) if one != fresh), fresh])
    say(f"Published within a second: {fresh.name} {fresh.kind} {fresh.text}")


@app.command()
def planted(
    phase: Annotated[int, typer.Option(min=1, max=3)] = 1,
    seed: Seed = None,
    network: Network = "127.60",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per weakness.")] = False,
) -> None:
    """Tell what a perfect observer finds: every planted weakness, and nothing else.

    Examples:

        vigie lab planted --phase 2 --json
    """
    from vigie.lab import planted as truth

    weaknesses = sorted(truth.expected(phase, _plan(seed, network)))
    for one in weaknesses:
        if as_json:
            print_json(asdict(one))
        else:
            where = " ".join([f"{one.address}:{one.port}", *filter(None, one.names)])
            say(f"{one.finess}  {where}  {one.subject} {one.version}".rstrip())
    if not as_json:
        say(f"{len(weaknesses)} weaknesses in phase {phase}")


def _plan(seed: int | None, network: str) -> "Plan":
    from vigie.lab import draw

    if not re.fullmatch(r"127\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])", network):
        end(f"{network} is not the beginning of a loopback network: give 127 and a number, such as 127.64.", USAGE)
    return draw.make(seed if seed is not None else draw.SEED, network)


def _home(home: Path | None) -> Path:
    if home is not None:
        return home.expanduser().resolve()
    from vigie.config.settings import SettingsError, load

    try:
        return load().home / "lab"
    except SettingsError as error:
        end(f"The settings cannot be used:\n{error}", USAGE)
