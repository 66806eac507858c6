"""An installation of its own for a case: made in a folder, served, looked into, ended."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATABASE_URL = os.environ.get("VIGIE_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
VIGIE = str(Path(sys.executable).with_name("vigie"))
START = "import django; django.setup()\n"
ESTABLISHMENTS = 500

Env = dict[str, str]


class Absent(Exception):
    """What the case needs is not on this machine."""


@contextmanager
def installed(database: str = "SQLite") -> Iterator[Env]:
    """A new installation with invented establishments, on SQLite or PostgreSQL; its environment."""
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as home, _database(database) as url:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
        port = 18_000 + os.getpid() % 1000
        env = kept | {"VIGIE_HOME": home, "VIGIE_PORT": str(port), "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
        env |= {"VIGIE_DATABASE_URL": url} if url else {}
        # Ends with 2, "nobody can sign in yet": nobody has to.
        subprocess.run([VIGIE, "init"], env=env, cwd=ROOT, check=False, capture_output=True)
        within(env, f"from bench.installation import fill; fill({ESTABLISHMENTS})")
        yield env


@contextmanager
def _database(kind: str) -> Iterator[str]:
    if kind != "PostgreSQL":
        yield ""
        return
    try:
        import psycopg

        server = psycopg.connect(DATABASE_URL, autocommit=True, connect_timeout=3)
    except (ImportError, psycopg.OperationalError) as error:
        raise Absent("PostgreSQL does not answer on this machine") from error
    name = f"vigie_bench_{uuid.uuid4().hex[:8]}"
    with server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{DATABASE_URL.rpartition('/')[0]}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def within(env: Env, code: str) -> str:
    """Run code inside the installation; what it printed."""
    done = subprocess.run([sys.executable, "-c", START + code], env=env, check=True, cwd=ROOT, capture_output=True)
    return done.stdout.decode()


def fill(number: int) -> None:
    """Inside the installation: invented establishments of the unused range."""
    from tests.factories import DepartmentFactory, EstablishmentFactory

    place = DepartmentFactory()
    for _one in range(number):
        EstablishmentFactory(department=place)


def serve(env: Env) -> "subprocess.Popen[bytes]":
    """Start `vigie serve`, and wait until it answers."""
    process = subprocess.Popen(
        [VIGIE, "serve"], env=env, cwd=ROOT, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _try in range(300):
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{env['VIGIE_PORT']}/healthz", timeout=1).close()
            return process
        time.sleep(0.1)
    end(process, signal.SIGKILL)
    raise RuntimeError("the server did not start")


@contextmanager
def served(env: Env) -> "Iterator[subprocess.Popen[bytes]]":
    process = serve(env)
    try:
        yield process
    finally:
        end(process, signal.SIGTERM)


def end(process: "subprocess.Popen[bytes]", how: int) -> None:
    """Only what a case started: the process and the group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=20)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
