"""Keeping the processes of one installation alive together, and ending them together."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

logger = logging.getLogger(__name__)

WRAPPER = Path(__file__).with_name("child.py")
GRACE_SECONDS = 12.0  # a worker takes 8 to end what it runs
TICK_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 0.5
LAST_PAUSE_SECONDS = 30.0
SOUND_AFTER_SECONDS = 60.0  # a child that lived that long starts again at once
LOG_KEPT_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Child:
    name: str  # also of its log file
    command: tuple[str, ...]

    @classmethod
    def module(cls, name: str, module: str, *arguments: str) -> "Child":
        return cls(name, (sys.executable, "-m", module, *arguments))


@dataclass(slots=True)
class Life:
    """One child over its successive processes."""

    child: Child
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    again_at: float | None = None  # when it is started again; None while it lives


@dataclass(slots=True)
class Supervisor:
    """Start, watch, restart and end children; from the main thread only, as the kernel ties them to it."""

    logs: Path | None = None  # folder of one log per child; their standard error is ours when None
    lives: list[Life] = field(default_factory=list)

    def start(self, child: Child) -> None:
        self.lives.append(Life(child, self._spawn(child), time.monotonic()))

    def _spawn(self, child: Child) -> subprocess.Popen[bytes]:
        output = self._log(child.name)
        try:
            return subprocess.Popen(  # noqa: S603 -- our own commands
                [sys.executable, "-S", "-E", str(WRAPPER), str(os.getpid()), *child.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches only us: we end them in order
            )
        finally:
            if output is not None:
                output.close()

    def _log(self, name: str) -> IO[bytes] | None:
        if self.logs is None:
            return None
        self.logs.mkdir(exist_ok=True)
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_KEPT_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    def ended(self) -> list[Child]:
        """The children that are not running now."""
        return [life.child for life in self.lives if life.process.poll() is not None]

    def mend(self) -> None:
        """Start again what died, at once when it had long been sound, later and later when it keeps dying."""
        now = time.monotonic()
        for life in self.lives:
            if life.process.poll() is None:
                continue
            if life.again_at is None:
                life.failures = 0 if now - life.started > SOUND_AFTER_SECONDS else life.failures + 1
                pause = (
                    min(FIRST_PAUSE_SECONDS * 2 ** (life.failures - 1), LAST_PAUSE_SECONDS) if life.failures else 0.0
                )
                life.again_at = now + pause
                logger.warning(
                    "%s ended (code %s): starting it again in %.1f s", life.child.name, life.process.returncode, pause
                )
            elif now >= life.again_at:
                life.process, life.started, life.again_at = self._spawn(life.child), now, None

    def watch(self, until: Callable[[], bool]) -> None:
        while not until():
            self.mend()
            time.sleep(TICK_SECONDS)

    def end(self) -> None:
        """Ask the last started to end first; kill what does not."""
        for life in reversed(self.lives):
            if life.process.poll() is None:
                life.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for life in self.lives:
            try:
                life.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("%s does not end: killed", life.child.name)
                life.process.kill()
                life.process.wait()


def own_children() -> Sequence[Child]:
    return (Child.module("web", "vigie.config.webserver"), Child.module("worker", "vigie.cli.worker"))
