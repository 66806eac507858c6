"""vigie serve: the pages and the worker, together."""

import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from .runtime import FAILED, OK, end

if TYPE_CHECKING:
    from vigie.config.settings import Settings
    from vigie.config.supervisor import Child, Supervisor

READY_WITHIN_SECONDS = 60.0
MIN_FREE_BYTES = 16 * 1024 * 1024  # less, and the first write of the database may fail half-way


def serve() -> None:
    """Serve the pages and run the jobs, until told to stop (SIGTERM or Ctrl-C).

    One web server and one worker, restarted when they die, ended together. Address and port: VIGIE_HOST, VIGIE_PORT.

    Exit codes: 0 ended as asked, 1 could not start (the sentence says why), 2 wrong settings.

    Examples:

        vigie serve

        VIGIE_PORT=8080 vigie serve
    """
    from vigie.config.settings import SettingsError, load

    try:
        settings = load()
    except SettingsError as error:
        end(f"The settings cannot be used:\n{error}\nSee .env.example for what each one means.", 2)
    raise SystemExit(supervise(settings=settings, on_ready=lambda address: typer.echo(f"Vigie is ready: {address}")))


def supervise(
    *,
    settings: "Settings",
    extra: "Sequence[Child]" = (),
    on_ready: Callable[[str], None] | None = None,
    logs: Path | None = None,
) -> int:
    """Run the web server, the worker and the extra children until a signal comes; return the exit code.

    `on_ready` is called with the address in a thread of its own once the pages answer; when it raises, all ends with
    code 1. `logs` is a folder that takes what the children say, kept off the terminal. Call it from the main thread.
    Ends with a sentence when it cannot start: another Vigie on this home or port, a folder that cannot be written,
    a database that is not ready.
    """
    from vigie.config.locks import AlreadyHeld, hold
    from vigie.config.supervisor import Supervisor, own_children

    address = address_of(settings)
    check_folder(settings.home)
    with ExitStack() as stack:
        try:
            stack.enter_context(hold(settings.home / "serve.lock", address=address))
        except AlreadyHeld as error:
            end(f"Vigie is already running at {error.holder.address or address} (process {error.holder.pid}).")
        check_port(settings)
        check_tables()
        supervisor = Supervisor(logs=logs)
        stack.callback(supervisor.end)
        asked = _asked_to_end()
        for child in (*extra, *own_children()):
            supervisor.start(child)
        return _run(supervisor, settings, on_ready, asked)
    return OK


def _asked_to_end() -> list[int]:
    """A list that a signal makes longer: appending takes no lock, so a handler may do it."""
    asked: list[int] = []

    def note(number: int, frame: Any) -> None:
        asked.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # What was ignored before us (nohup, a shell's background) stays so, but one can always ask us to end.
        if number == signal.SIGTERM or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, note)
    return asked


def _run(
    supervisor: "Supervisor", settings: "Settings", on_ready: Callable[[str], None] | None, asked: list[int]
) -> int:
    if not _answers(supervisor, settings, asked):
        return OK if asked else FAILED
    guest = _Guest(on_ready, address_of(settings))
    supervisor.watch(until=lambda: bool(asked) or guest.error is not None)
    if guest.error is not None and not asked:
        raise guest.error
    return OK


def _answers(supervisor: "Supervisor", settings: "Settings", asked: list[int]) -> bool:
    """Wait for the first page; False, and the reason on stderr, when it does not come."""
    from vigie.channels import neighbour

    deadline = time.monotonic() + READY_WITHIN_SECONDS
    name = own_name(settings)
    while not asked:
        if ended := supervisor.ended():
            _complain(f"Vigie could not start: its {ended[0].name} process ended at once.", supervisor)
            return False
        if neighbour.is_vigie(settings.host, settings.port, name):
            return True
        if time.monotonic() > deadline:
            _complain(f"Vigie could not start: no page after {READY_WITHIN_SECONDS:.0f} seconds.", supervisor)
            return False
        time.sleep(0.1)
    return False


def _complain(sentence: str, supervisor: "Supervisor") -> None:
    where = f" See {supervisor.logs}." if supervisor.logs else ""
    print(sentence + where, file=sys.stderr)  # noqa: T201


class _Guest:
    """What the caller does once all is up, in a thread of its own; its failure ends the whole."""

    def __init__(self, work: Callable[[str], None] | None, address: str) -> None:
        self.error: BaseException | None = None
        if work is not None:
            threading.Thread(target=self._run, args=(work, address), name="on-ready", daemon=True).start()

    def _run(self, work: Callable[[str], None], address: str) -> None:
        try:
            work(address)
        except BaseException as error:  # noqa: BLE001 -- raised again in the main thread
            self.error = error


def address_of(settings: "Settings") -> str:
    """The address to type in a browser on this machine."""
    from vigie.channels.neighbour import reachable
    from vigie.config.webserver import bound

    return f"http://{bound(reachable(settings.host), settings.port)}"


def own_name(settings: "Settings") -> str:
    """A host name that this site answers to."""
    name = settings.allowed_hosts[0].lstrip(".") if settings.allowed_hosts else "localhost"
    return "localhost" if name == "*" else name


def check_folder(home: Path) -> None:
    if not home.is_dir():
        end(f"{home} does not exist: run `vigie init` first, or set VIGIE_HOME.")
    try:
        with (home / ".write-test").open("wb") as file:
            file.write(b"vigie")
        (home / ".write-test").unlink()
    except OSError as error:
        end(f"{home} cannot be written: {error.strerror}. Free some space or give this user the right to write there.")
    free = shutil.disk_usage(home).free
    if free < MIN_FREE_BYTES:
        end(f"The disk of {home} is full ({free // 2**20} MB left): free some space, nothing was lost.")


def check_port(settings: "Settings") -> None:
    from vigie.channels.neighbour import Place, look

    host, port = settings.host, settings.port
    sentences = {
        Place.VIGIE: f"A Vigie is already running at {address_of(settings)}: stop it, or choose another VIGIE_PORT.",
        Place.TAKEN: f"Port {port} of {host} is taken by another program: choose another one with VIGIE_PORT.",
        Place.FORBIDDEN: f"This user may not listen on port {port}: choose one above 1023 with VIGIE_PORT.",
        Place.ABSENT: f"{host} is not an address of this machine: correct VIGIE_HOST.",
    }
    place = look(host, port, asked_as=own_name(settings))
    if place in sentences:
        end(sentences[place])


def check_tables() -> None:
    """End with a sentence when the database is not ready for this version."""
    from .runtime import django_ready

    django_ready()
    from django.db import connections

    connections.close_all()
