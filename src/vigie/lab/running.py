"""Run the laboratory as a process: what it reads and writes in its folder, and how it ends.

<home>/phase     1, 2 or 3, written by whoever wants it to change; 1 when missing
<home>/records   what was published in its zone since: [{"name", "kind", "text"}], written by `vigie lab publish`
<home>/ready     {"pid", "services", "dns"} once every door is open; removed at the end
<home>/contacts  connections received where no mandate lets anybody connect: [] when all is well
"""

import asyncio
import json
import os
import resource
import signal
from datetime import datetime
from pathlib import Path

from .laboratory import Laboratory
from .plan import PHASES, Plan
from .records import Record, read_records

PHASE_EVERY_SECONDS = 0.3
FILES = 4096
_ENDINGS = (signal.SIGTERM, signal.SIGINT)


def read_phase(home: Path) -> int:
    """The phase that is asked for; 1 when nothing readable is."""
    try:
        text = (home / "phase").read_text().strip()
    except OSError:
        return PHASES[0]
    return int(text) if text in {str(phase) for phase in PHASES} else PHASES[0]


def write_phase(home: Path, phase: int) -> None:
    home.mkdir(parents=True, exist_ok=True)
    _replace(home / "phase", f"{phase}\n")


def shown_phase(home: Path) -> int | None:
    """The phase that the doors show; None while they are not open."""
    try:
        return int(json.loads((home / "ready").read_text())["phase"])
    except FileNotFoundError:
        return None


async def run(plan: Plan, home: Path, now: datetime) -> None:
    """Serve until SIGTERM or SIGINT; raises CannotListen when a door cannot be opened."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "ready").unlink(missing_ok=True)
    _allow_files()
    asyncio.get_running_loop().set_exception_handler(_forget_visitors)
    ended = asyncio.Event()
    for number in _ENDINGS:
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    laboratory = Laboratory(plan, home, now)
    await laboratory.start(read_phase(home))
    try:
        _replace(home / "contacts", "[]\n")
        _replace(home / "ready", json.dumps(_facts(laboratory)) + "\n")
        await _follow(laboratory, home, ended)
    finally:
        (home / "ready").unlink(missing_ok=True)
        await laboratory.stop()


async def _follow(laboratory: Laboratory, home: Path, ended: asyncio.Event) -> None:
    """Turn to the phase that the folder asks for, and tell what should not have been contacted."""
    told: dict[tuple[str, int], int] = {}
    published: tuple[Record, ...] = ()
    while not ended.is_set():
        try:
            await asyncio.wait_for(ended.wait(), PHASE_EVERY_SECONDS)
        except TimeoutError:
            phase = read_phase(home)
            if phase != laboratory.phase:
                laboratory.set_phase(phase)
                _replace(home / "ready", json.dumps(_facts(laboratory)) + "\n")
        records = read_records(home)
        if records != published:
            laboratory.publish(records)
            published = records
        contacts = laboratory.forbidden_contacts()
        if contacts != told:
            rows = [{"address": a, "port": p, "connections": count} for (a, p), count in contacts.items()]
            _replace(home / "contacts", json.dumps(rows) + "\n")
            told = contacts


def _allow_files() -> None:
    """Raise the soft limit of open files: 600 doors and their visitors pass the usual 1,024 on a busy day."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _facts(laboratory: Laboratory) -> dict[str, object]:
    address, port = laboratory.plan.dns
    return {
        "pid": os.getpid(),
        "services": laboratory.open_doors,
        "dns": f"{address}:{port}",
        "phase": laboratory.phase,
    }


def _replace(path: Path, text: str) -> None:
    """Write whole or not at all: a reader never sees half of it."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)


def _forget_visitors(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """A visitor who breaks a connection is the ordinary life of a server, not an error to print."""
    if not isinstance(context.get("exception"), (OSError, TimeoutError)):
        loop.default_exception_handler(context)
