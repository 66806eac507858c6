"""How is one daemon started, waited for and stopped?"""

import contextlib
import grp
import os
import platform
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .packages import Packages

NOBODY = 65534
READY_SECONDS = 25.0
HERE = Path(__file__).resolve().parent
# Nobody may not be able to read the one that runs us.
PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable


@dataclass(frozen=True)
class Place:
    """Where one daemon lives while it runs."""

    roots: tuple[Path, ...]  # its unpacked packages, the one of its own first
    home: Path
    tls: Path  # good.pem, self-signed.pem...: key, then certificates
    address: str
    ports: tuple[int, ...]
    datagrams: tuple[int, ...] = ()  # ports without connections, of a daemon that has no others

    @property
    def root(self) -> Path:
        return self.roots[0]

    @property
    def port(self) -> int:
        return (self.ports or self.datagrams)[0]

    def write(self, name: str, text: str) -> Path:
        """A file of its own."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


@dataclass(frozen=True)
class Daemon:
    """One daemon with one set of settings."""

    name: str
    package: str
    ports: tuple[int, ...]
    prepare: Callable[[Place], Sequence[str | Path]]  # writes its files; returns the command
    number: int = 0  # the last numbers of its address
    needs: tuple[str, ...] = ()  # other packages without which it does not start
    as_root: bool = False  # refuses to start otherwise
    datagrams: tuple[int, ...] = ()  # ports without connections that are waited for too

    @property
    def address(self) -> str:
        return f"127.70.{self.number // 250}.{self.number % 250 + 1}"

    @cached_property
    def packages(self) -> tuple[str, ...]:
        return (self.package, *self.needs)


class DidNotStart(Exception):
    """A daemon that ended, or that opened no port in time; with the end of what it said."""


def why_not(daemon: Daemon, packages: Packages) -> str:
    """Why this daemon cannot be started on this machine; "" when it can."""
    missing = [name for name in daemon.packages if name not in packages.versions]
    if missing:
        return f"{missing[0]}: {packages.absent.get(missing[0], 'not unpacked')}"
    if daemon.as_root and os.geteuid() != 0:
        return "starts only as root"
    return ""


class Running:
    """One started daemon."""

    def __init__(self, daemon: Daemon, place: Place) -> None:
        self.daemon = daemon
        self.place = place
        place.home.mkdir(parents=True)
        command = [str(word) for word in daemon.prepare(place)]
        self.log = place.home / "log"
        if not daemon.as_root and os.geteuid() == 0:
            _give(place.home)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*_wrapped(as_root=daemon.as_root), *command],
                cwd=place.home,
                env=_environment(place),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, until: float) -> None:
        """Return once every port takes connections; raises DidNotStart."""
        for port in self.place.ports:
            while not answers(self.place.address, port):
                if self.process.poll() is not None:
                    raise DidNotStart(f"ended with {self.process.returncode}: {self.said()}")
                if time.monotonic() > until:
                    raise DidNotStart(f"opened no port {port} in time: {self.said()}")
                time.sleep(0.05)

        for port in self.place.datagrams:
            while not hears(self.place.address, port):
                if self.process.poll() is not None:
                    raise DidNotStart(f"ended with {self.process.returncode}: {self.said()}")
                if time.monotonic() > until:
                    raise DidNotStart(f"opened no port {port} without connections in time: {self.said()}")
                time.sleep(0.05)

    def said(self) -> str:
        return " / ".join(self.log.read_text(errors="replace").split("\n")[-6:])[-600:]

    def stop(self, signal_number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal_number)


@contextlib.contextmanager
def started(
    daemons: Sequence[Daemon], packages: Packages, folder: Path, tls: Path
) -> Iterator[tuple[dict[str, Running], dict[str, str]]]:
    """Start all; yield those that run and, by name, why the others do not. All are stopped at the end."""
    running: dict[str, Running] = {}
    absent: dict[str, str] = {}
    try:
        for daemon in daemons:
            reason = why_not(daemon, packages)
            if reason:
                absent[daemon.name] = reason
                continue
            roots = tuple(dict.fromkeys(packages.root(name) for name in daemon.packages))
            place = Place(roots, folder / daemon.name, tls, daemon.address, daemon.ports, daemon.datagrams)
            running[daemon.name] = Running(daemon, place)
        until = time.monotonic() + READY_SECONDS
        for name in list(running):
            try:
                running[name].wait(until)
            except DidNotStart as error:
                absent[name] = str(error)
        yield {name: one for name, one in running.items() if name not in absent}, absent
    finally:
        _stop_all(list(running.values()))


def _stop_all(running: list[Running]) -> None:
    for one in running:
        one.stop(signal.SIGTERM)
    until = time.monotonic() + 3.0
    for one in running:
        try:
            one.process.wait(max(0.05, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            one.stop(signal.SIGKILL)
            one.process.wait(5.0)
        # What it had started may outlive it.
        one.stop(signal.SIGKILL)


def _wrapped(*, as_root: bool) -> list[str]:
    """Ends with us, however we end; as nobody when we are root; with its own files and processes when it stays root."""
    if as_root:
        inner = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"]
        return ["setpriv", "--pdeathsig", "KILL", "--", *inner]
    if os.geteuid() == 0:
        nobody = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        return ["setpriv", *nobody, "--pdeathsig", "TERM", "--"]
    return ["setpriv", "--pdeathsig", "TERM", "--"]


def _environment(place: Place) -> dict[str, str]:
    programs = [root / part for root in place.roots for part in ("usr/sbin", "usr/bin", "sbin", "bin")]
    return {
        "PATH": ":".join([*map(str, programs), "/usr/sbin", "/usr/bin", "/sbin", "/bin"]),
        "LD_LIBRARY_PATH": libraries(place.roots),
        "HOME": str(place.home),
        "LC_ALL": "C",
        "TZ": "UTC",
    }


def own_names() -> tuple[str, str]:
    """The user and the group that a daemon runs as, when it does not stay root."""
    user, group = (NOBODY, NOBODY) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    return pwd.getpwuid(user).pw_name, grp.getgrgid(group).gr_name


def given(
    prepare: Callable[..., Sequence[str | Path]], *settings: str, **options: Any
) -> Callable[[Place], Sequence[str | Path]]:
    """The same daemon with these settings."""
    return lambda place: prepare(place, *settings, **options)


def overlaid(place: Place, *parts: str) -> list[str]:
    """The orders that show what was unpacked where its programs expect it, to a daemon that stays root."""
    return [f"mount -t overlay -o lowerdir={place.root}/{part}:/{part} overlay /{part}" for part in parts]


def libraries(roots: Sequence[Path]) -> str:
    """Where the programs of these roots find what they are linked with."""
    triplet = f"{platform.machine()}-linux-gnu"
    own = ("usr/lib/postfix", "usr/lib/dovecot", f"usr/lib/{triplet}/samba", f"usr/lib/{triplet}/xrdp")
    parts = (f"usr/lib/{triplet}", f"lib/{triplet}", f"usr/lib/{triplet}/blas", *own)
    return ":".join(str(root / part) for root in roots for part in parts)


def inetd(place: Place, *command: str | Path) -> list[str | Path]:
    """The command of a program that wants its connection on its standard input and output."""
    return [PYTHON, HERE / "listener.py", place.address, str(place.port), *command]


def answers(address: str, port: int) -> bool:
    """Whether something takes connections there now."""
    try:
        with socket.create_connection((address, port), 0.5):
            return True
    except OSError:
        return False


def hears(address: str, port: int) -> bool:
    """Whether something listens there without connections: its place is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((address, port))
        except OSError:
            return True
        return False


def _give(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
