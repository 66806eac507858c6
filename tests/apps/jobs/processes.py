"""Processes of an installation, forked from one that has already imported what is slow: a second each is saved."""

import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

# Nothing here may read the settings: each process has its own.
IMPORTED_ONCE = [
    "pytest",
    "vigie.config.settings",
    "django.db.models",
    "django.db.backends.sqlite3.base",
    "django.core.management",
    "django.contrib.auth.hashers",
    "django.contrib.staticfiles.finders",
    "django.forms",
    "django.http",
    "django.template.defaulttags",
    "django.template.defaultfilters",
    "django.test",
    "django_tasks",
    "prometheus_client",
    "vigie.probes.look",
]
IMPORTED_AT_SCALE = ["psycopg", "psycopg_pool", "celery", "celery.app.amqp", "celery.apps.worker", "kombu", "amqp"]

forge = multiprocessing.get_context("forkserver")
forge.set_forkserver_preload([*IMPORTED_ONCE, *IMPORTED_AT_SCALE])


class Running:
    """One process, with the words of subprocess.Popen."""

    def __init__(self, env: Mapping[str, str], *, code: str = "", module: str = "", arguments: tuple[str, ...] = ()):
        self._process = forge.Process(target=_live, args=(dict(env), code, module, arguments))
        self._process.start()

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        assert self._process.exitcode is not None, "it does not end"
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        self._process.kill()

    @property
    def alive(self) -> bool:
        return self._process.is_alive()


def _live(env: dict[str, str], code: str, module: str, arguments: tuple[str, ...]) -> None:
    os.environ.clear()
    os.environ.update(env)
    if "OUTPUT" in env:
        with Path(env["OUTPUT"]).open("wb") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
    if code:
        exec(compile(code, "<test>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__")
