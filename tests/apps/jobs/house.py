"""A whole installation in a folder of its own, driven from outside: what a test can kill."""

import atexit
import json
import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing as closing_thing
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from .processes import Running

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 40  # generous: the machine may be busy; no test waits that long when all is well
START_DJANGO = "import django; django.setup()\n"


@dataclass
class House:
    env: dict[str, str]
    select: Callable[[str], list[tuple[Any, ...]]]
    started: list[Running] = field(default_factory=list)

    def run(self, code: str, *, expect: int = 0) -> str:
        """Run Python code as a process of this installation; return what it printed."""
        with tempfile.NamedTemporaryFile("r") as output:
            ended = Running(self.env | {"OUTPUT": output.name}, code=START_DJANGO + code).wait()
            said = output.read()
        assert ended == expect, said
        return said

    def migrate(self) -> None:
        self.run("from django.core.management import call_command; call_command('migrate', verbosity=0)")

    def enqueue(self, task: str, arguments: list[dict[str, Any]], *, die_before_publishing: bool = False) -> None:
        """Write these jobs in one transaction; on demand, die after its commit and before anything is published."""
        code = f"""
import json, os
from django.db import transaction
from django.utils import timezone
from vigie.apps.jobs import actions
with transaction.atomic():
    if {die_before_publishing}:
        transaction.on_commit(lambda: os._exit(9))
    for kwargs in json.loads('''{json.dumps(arguments)}'''):
        actions.enqueue("tests.apps.jobs.sample_tasks.{task}", now=timezone.now(), **kwargs)
"""
        self.run(code, expect=9 if die_before_publishing else 0)

    def worker(
        self,
        *,
        lanes: int = 4,
        lease: float = 3,
        grace: float = 8,
        first: tuple[str, list[dict[str, Any]]] | None = None,
    ) -> Running:
        """Start a worker of this installation, with a short lease; let it enqueue these jobs before it begins."""
        arguments = (str(lanes), str(lease), str(grace), json.dumps(first))
        process = Running(self.env, module="tests.apps.jobs.run_worker", arguments=arguments)
        self.started.append(process)
        return process

    def count(self, query: str) -> int:
        return int(self.select(query)[0][0])

    def marks(self) -> list[int]:
        return [row[0] for row in self.select("SELECT subject_id FROM audit_event WHERE kind = 'mark' ORDER BY 1")]

    def begun(self) -> int:
        return self.count("SELECT count(*) FROM audit_event WHERE kind = 'begun'")

    def unfinished(self) -> int:
        return self.count("SELECT count(*) FROM jobs_job WHERE state IN ('ready', 'running')")

    def done(self) -> int:
        return self.count("SELECT count(*) FROM jobs_job WHERE state = 'succeeded'")

    def close(self) -> None:
        for process in self.started:
            if process.alive:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()


def until(fact: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not fact():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


@contextmanager
def closing(house: House) -> Iterator[House]:
    try:
        yield house
    finally:
        house.close()


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a process of that installation, and of no other."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    return kept | {"VIGIE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "vigie.config.django"} | more


def select_from_file(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing_thing(sqlite3.connect(path, timeout=20)) as connection:
        return connection.execute(query).fetchall()


@cache
def migrated_home() -> Path:
    """A home folder whose SQLite database is ready, made once per run of the tests: copy it."""
    home = Path(tempfile.mkdtemp(prefix="vigie-migrated-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    embedded(home).migrate()
    return home


def embedded(home: Path) -> House:
    return House(environment(home), partial(select_from_file, home / "vigie.sqlite3"))
