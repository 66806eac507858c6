"""Real daemons from Debian packages, started side by side on the loopback: what the probes are held to."""

import fcntl
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from . import certificates, files, health, infrastructure, inside, mail, packages, proxies, remote, ssh, web
from .daemon import Daemon, Running, answers, libraries, started, why_not

# Each has an address of its own, in this order.
DAEMONS: tuple[Daemon, ...] = tuple(
    replace(daemon, number=number)
    for number, daemon in enumerate(
        (
            *ssh.DAEMONS,
            *web.DAEMONS,
            *proxies.DAEMONS,
            *files.DAEMONS,
            *mail.DAEMONS,
            *health.DAEMONS,
            *inside.DAEMONS,
            *infrastructure.DAEMONS,
            *remote.DAEMONS,
        )
    )
)


@contextmanager
def running(names: Collection[str] = ()) -> Iterator[tuple[dict[str, Running], dict[str, str]]]:
    """Start these daemons, or all; yield those that run, and why the others do not. One caller at a time."""
    found = packages.read()
    if found is None:
        yield {}, {daemon.name: "nothing is unpacked: run make daemons" for daemon in DAEMONS}
        return
    with (packages.FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = packages.FOLDER / "run"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        tls = certificates.make(folder / "tls", datetime.now(UTC))
        wanted = [daemon for daemon in DAEMONS if not names or daemon.name in names]
        with started(wanted, found, folder, tls) as told:
            yield told


__all__ = ["DAEMONS", "Daemon", "Running", "answers", "libraries", "packages", "running", "why_not"]
