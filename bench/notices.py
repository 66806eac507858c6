"""Does each message leave once: with two senders, after six hours of sleep, and when a sender is killed?"""

import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench import Case

ROOT = Path(__file__).resolve().parents[1]
TWO_SENDERS, SLEPT, KILLED = 20_000, 500, 500
DATABASE_URL = os.environ.get("VIGIE_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
START = "import django; django.setup()\n"


def run() -> Iterator[Case]:
    yield from _two_senders()
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as home:
        yield _slept(_house(home, SLEPT, hours_ago=6))
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as home:
        yield _killed(_house(home, KILLED))


def _house(home: str, number: int, *, hours_ago: int = 0, database: str = "") -> dict[str, str]:
    """A new installation with that many messages to send; its environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    env = kept | {"VIGIE_HOME": home, "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
    env |= {"VIGIE_DATABASE_URL": database} if database else {}
    fill = f"from tests.apps.notices.many import fill; fill({number}, hours_ago={hours_ago})"
    migrate = "from django.core.management import call_command; call_command('migrate', verbosity=0)\n"
    subprocess.run([sys.executable, "-c", START + migrate + fill], env=env, check=True, cwd=ROOT)
    return env


def _sender(env: dict[str, str], port: int, hours_later: int = 0) -> subprocess.Popen[bytes]:
    code = f"{START}from tests.apps.notices.many import send; send({port}, hours_later={hours_later})"
    return subprocess.Popen([sys.executable, "-c", code], env=env, cwd=ROOT)


def _two_senders() -> Iterator[Case]:
    name, goal = "notices, sent twice by two workers on PostgreSQL", f"0 of {TWO_SENDERS}, none missing"
    try:
        import psycopg

        server = psycopg.connect(DATABASE_URL, autocommit=True, connect_timeout=3)
    except (ImportError, psycopg.OperationalError):
        note = "PostgreSQL does not answer on this machine"
        yield Case("fix", name, 0, "not measured", goal, False, note=note, absent=True)
        return
    database = f"vigie_bench_{uuid.uuid4().hex[:8]}"
    with server, tempfile.TemporaryDirectory(prefix="vigie-bench-") as home:
        server.execute(f"CREATE DATABASE {database}")
        try:
            env = _house(home, TWO_SENDERS, database=f"{DATABASE_URL.rpartition('/')[0]}/{database}")
            yield _measured(env, name, goal)
        finally:
            server.execute(f"DROP DATABASE {database} WITH (FORCE)")


def _measured(env: dict[str, str], name: str, goal: str) -> Case:
    from tests.channels.mail_server import mail_server

    with mail_server() as (kept, port):
        start = time.perf_counter()
        codes = [one.wait() for one in [_sender(env, port), _sender(env, port)]]
        taken = time.perf_counter() - start
    came = Counter(message["Message-ID"] for message in kept.messages)
    twice = sum(count > 1 for count in came.values())
    lines = Counter(envelope.line for envelope in kept.envelopes)
    return Case(
        "fix",
        name,
        twice,
        "messages",
        goal,
        codes == [0, 0] and len(came) == TWO_SENDERS and not twice,
        note=f"{len(came)} came in {taken:.0f} s ({len(came) / taken:.0f}/s to a real SMTP server on this machine); "
        f"share of each sender: {', '.join(map(str, sorted(lines.values())))}",
    )


def _slept(env: dict[str, str]) -> Case:
    from tests.channels.mail_server import mail_server

    with mail_server() as (kept, port):
        for _ in range(2):  # the worker comes back, and its next minute comes
            _sender(env, port).wait()
    came = Counter(message["Message-ID"] for message in kept.messages)
    return Case(
        "fix",
        "notices, sent once after a worker was stopped for 6 h",
        sum(count == 1 for count in came.values()),
        "messages",
        f"= {SLEPT}",
        len(came) == SLEPT == len(kept.messages),
        note="due for six hours, on SQLite",
    )


def _killed(env: dict[str, str]) -> Case:
    from tests.channels.mail_server import mail_server

    with mail_server() as (kept, port):
        doomed = _sender(env, port)
        while len(kept.messages) < KILLED / 4 and doomed.poll() is None:
            time.sleep(0.001)
        doomed.kill()
        doomed.wait()
        before = len(kept.messages)
        _sender(env, port, hours_later=1).wait()
    came = Counter(message["Message-ID"] for message in kept.messages)
    twice = {identifier for identifier, count in came.items() if count > 1}
    marked = {message["Message-ID"] for message in kept.messages if message["X-Vigie-Repetition"]}
    return Case(
        "fix",
        "notices, repeated by a sender killed while sending",
        len(twice),
        "messages",
        "<= 1, under the same Message-ID, marked; none lost",
        len(came) == KILLED and len(twice) <= 1 and twice <= marked and len(marked) <= 1,
        note=f"killed after {before} of {KILLED}; {len(came)} came, {len(marked)} marked",
    )
