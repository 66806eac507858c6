"""Does a national attack lose a declaration? A surge on the real server, a kill in its middle, the sweep of dates."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db.models.base import ModelState

from bench import Case
from vigie.sources.finess_number import check_digit

Deed = Callable[[], None]  # done at a moment of the surge
ROOT = Path(__file__).resolve().parents[1]
DATABASE_URL = os.environ.get("VIGIE_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
VIGIE = str(Path(sys.executable).with_name("vigie"))
START = "import django; django.setup()\n"
SURGE_SECONDS = 60
ON_POSTGRESQL, ON_SQLITE = 100, 30  # declarations a second
LONGEST_MS = 500  # the 99th percentile
FROM_ONE_PLACE = 25  # under what one address may declare in an hour: the surge comes from hundreds of places
SWEPT, SWEEP_SECONDS = 2_000, 1.0
BOARD, BOARD_MS, BOARD_QUERIES = 10_000, 150, 12  # a peer: 1,849 queries, 8.2 s
ESTABLISHMENTS = 500
TOKEN = "b" * 32  # a cookie and a field that say the same: what the guard against forged requests asks for


def run() -> Iterator[Case]:
    yield _sweep()
    yield _board()
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as home:
        yield _surge(_house(home), ON_SQLITE, "SQLite")
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as home:
        yield _killed(_house(home), ON_SQLITE, "SQLite")
    yield from _on_postgresql()


def _on_postgresql() -> Iterator[Case]:
    try:
        import psycopg

        server = psycopg.connect(DATABASE_URL, autocommit=True, connect_timeout=3)
    except (ImportError, psycopg.OperationalError):
        note, goal = "PostgreSQL does not answer on this machine", f"< {LONGEST_MS} ms, none lost, none doubled"
        yield Case("incidents", _name(ON_POSTGRESQL, "PostgreSQL"), 0, "ms", goal, False, note=note, absent=True)
        return
    with server:
        for measure in (_surge, _killed):
            database = f"vigie_bench_{uuid.uuid4().hex[:8]}"
            server.execute(f"CREATE DATABASE {database}")
            try:
                with tempfile.TemporaryDirectory(prefix="vigie-bench-") as home:
                    env = _house(home, f"{DATABASE_URL.rpartition('/')[0]}/{database}")
                    yield measure(env, ON_POSTGRESQL, "PostgreSQL")
            finally:
                server.execute(f"DROP DATABASE {database} WITH (FORCE)")


def _house(home: str, database: str = "") -> dict[str, str]:
    """A new installation with invented establishments; its environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    port = 18_000 + os.getpid() % 1000
    env = kept | {"VIGIE_HOME": home, "VIGIE_PORT": str(port), "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
    env |= {"VIGIE_DATABASE_URL": database} if database else {}
    # Ends with 2, "nobody can sign in yet": nobody has to.
    subprocess.run([VIGIE, "init"], env=env, cwd=ROOT, check=False, capture_output=True)
    _within(env, f"from bench.incidents import fill; fill({ESTABLISHMENTS})")
    return env


def _within(env: dict[str, str], code: str) -> str:
    done = subprocess.run([sys.executable, "-c", START + code], env=env, check=True, cwd=ROOT, capture_output=True)
    return done.stdout.decode()


def fill(number: int) -> None:
    """Inside the installation: invented establishments of the unused range."""
    from tests.factories import DepartmentFactory, EstablishmentFactory

    place = DepartmentFactory()
    for _one in range(number):
        EstablishmentFactory(department=place)


def told() -> None:
    """Inside the installation: print each declaration, its key and its reference."""
    from vigie.apps.incidents.models import Declaration, DeclarationVersion

    whole = set(DeclarationVersion.objects.values_list("declaration", flat=True))
    for pk, key, reference in Declaration.objects.submitted().values_list("pk", "key", "reference"):
        print(key.hex, reference, pk in whole)


@contextmanager
def _served(env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = _serve(env)
    try:
        yield process
    finally:
        _end(process, signal.SIGTERM)


def _serve(env: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [VIGIE, "serve"]
    process = subprocess.Popen(
        command, env=env, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _try in range(300):
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{env['VIGIE_PORT']}/healthz", timeout=1).close()
            return process
        time.sleep(0.1)
    _end(process, signal.SIGKILL)
    raise RuntimeError("the server did not start")


def _end(process: subprocess.Popen[bytes], how: int) -> None:
    """Only what this bench started: the group of its own process."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=20)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@dataclass(slots=True)
class Surge:
    """What was sent, and what was answered: key -> reference."""

    sent: int = 0
    answered: dict[str, str] = field(default_factory=dict)
    again: int = 0
    differing: int = 0  # the same key was answered with another reference
    refused: dict[int, int] = field(default_factory=dict)
    unanswered: list[tuple[int, str]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def p99_ms(self) -> float:
        waits = sorted(self.waits)
        return 1000 * waits[min(len(waits) - 1, int(len(waits) * 0.99))] if waits else 0.0


def _body(number: int, key: str) -> bytes:
    finess = f"00{(number % ESTABLISHMENTS) * 2 + 1:06d}"
    return urlencode(
        {
            "csrfmiddlewaretoken": TOKEN,
            "key": key,
            "deed": "declare",
            "finess": finess + check_digit(finess),
            "structure": "Centre hospitalier de Valmorne",
            "name": "Administratrice de garde",
            "email": f"garde{number}@valmorne.example",
            "telephone": "01 00 00 00 00",
            "discovered_at": time.strftime("%Y-%m-%dT%H:%M", time.localtime(time.time() - 7200)),
            "seen": "Les fichiers du service d'imagerie ne s'ouvrent plus. " * 6,
            "care": "degraded",
            "data_loss": "yes",
            "natures": "health",
            "kind": "ransomware",
        }
    ).encode()


async def _post(port: int, number: int, key: str) -> tuple[int, str]:
    """Status and reference. Each declarant has an address of its own on the loopback, and a connection of its own."""
    place = number // FROM_ONE_PLACE + 1
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, local_addr=(f"127.77.{place // 250}.{place % 250 + 1}", 0)
    )
    try:
        body = _body(number, key)
        head = (
            "POST /incidents/declare HTTP/1.1\r\n"
            f"Host: 127.0.0.1\r\nCookie: csrftoken={TOKEN}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()
        answer = (await reader.read()).decode("latin-1")
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    status = int(answer.split(" ", 2)[1]) if answer.startswith("HTTP/") else 0
    found = re.search(r"\r\nLocation: /incidents/mine/([0-9A-Z-]+)/", answer)
    return status, found[1] if found else ""


async def _declare(surge: Surge, port: int, number: int, key: str, due: float) -> None:
    try:
        async with asyncio.timeout(30):
            status, reference = await _post(port, number, key)
    except (OSError, TimeoutError, ValueError, IndexError):
        surge.unanswered.append((number, key))
        return
    surge.waits.append(time.perf_counter() - due)  # from when it was due, not from when we got round to it
    if not reference:
        surge.refused[status] = surge.refused.get(status, 0) + 1
        if status in {0, 502, 503}:
            surge.unanswered.append((number, key))
        return
    if surge.answered.setdefault(key, reference) != reference:
        surge.differing += 1


async def _sent(port: int, rate: int, seconds: int, surge: Surge, at: dict[float, Deed] | None = None) -> None:
    """Open loop: each leaves at its time, whatever became of the others; one in fifty is sent twice at once."""
    start, running, left = time.perf_counter(), set(), dict(at or {})
    for number in range(rate * seconds):
        due = start + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        for moment in [moment for moment in left if time.perf_counter() - start >= moment]:
            left.pop(moment)()
        key = uuid.uuid4().hex
        surge.sent += 1
        for _twice in range(2 if number % 50 == 0 else 1):
            running.add(asyncio.create_task(_declare(surge, port, number, key, due)))
        surge.again += number % 50 == 0
        running = {task for task in running if not task.done()}
    await asyncio.gather(*running)


def _name(rate: int, database: str) -> str:
    return f"{rate} declarations/s for {SURGE_SECONDS} s on {database}"


def _surge(env: dict[str, str], rate: int, database: str) -> Case:
    surge = Surge()
    with _served(env):
        asyncio.run(_post(int(env["VIGIE_PORT"]), 10**6, uuid.uuid4().hex))  # the first page compiles its templates
        asyncio.run(_sent(int(env["VIGIE_PORT"]), rate, SURGE_SECONDS, surge))
    lost, doubled = _missing(env, surge)
    p99 = surge.p99_ms()
    sound = not (lost or doubled or surge.differing or surge.refused or surge.unanswered)
    return Case(
        "incidents",
        _name(rate, database),
        round(p99, 1),
        "ms, 99th percentile",
        f"< {LONGEST_MS} ms, none lost, none doubled",
        sound and p99 < LONGEST_MS,
        note=_note(surge, lost, doubled),
    )


def _killed(env: dict[str, str], rate: int, database: str) -> Case:
    """Half-way the whole server is killed, then started again; who had no answer sends the same form again."""
    surge, port, seconds = Surge(), int(env["VIGIE_PORT"]), SURGE_SECONDS // 3
    process = [_serve(env)]

    def kill() -> None:
        with suppress(ProcessLookupError):
            os.killpg(process[0].pid, signal.SIGKILL)

    try:
        asyncio.run(_sent(port, rate, seconds, surge, {seconds / 2: kill}))
        process[0].wait(timeout=20)
        before = len(surge.answered)
        lost, _doubled = _missing(env, surge)
        process.append(_serve(env))
        cut, surge.unanswered = surge.unanswered, []

        async def again() -> None:
            for number, key in cut:
                await _declare(surge, port, number, key, time.perf_counter())

        asyncio.run(again())
    finally:
        for one in process:
            _end(one, signal.SIGTERM)
    lost_at_last, doubled = _missing(env, surge)
    sound = not (lost or lost_at_last or doubled or surge.differing or surge.unanswered)
    return Case(
        "incidents",
        f"kill -9 of the server in a surge of {rate}/s on {database}",
        lost + lost_at_last,
        "declarations lost of those that were answered",
        "0, none doubled",
        sound and before > 0 and bool(cut),
        note=f"{before} were answered before the kill, {len(cut)} had no answer and were sent again; "
        + _note(surge, lost_at_last, doubled),
    )


def _missing(env: dict[str, str], surge: Surge) -> tuple[int, int]:
    """(answered but not there whole, there more than once)."""
    lines = [line.split() for line in _within(env, "from bench.incidents import told; told()").splitlines()]
    there = {key: reference for key, reference, whole in lines if whole == "True"}
    lost = sum(there.get(key) != reference for key, reference in surge.answered.items())
    return lost, len(lines) - len({key for key, _reference, _whole in lines})


def _note(surge: Surge, lost: int, doubled: int) -> str:
    waits = sorted(surge.waits)
    median = 1000 * waits[len(waits) // 2] if waits else 0
    return (
        f"{surge.sent} sent, {surge.again} of them twice at once, {len(surge.answered)} answered with a reference, "
        f"{lost} lost, {doubled} doubled, refused {surge.refused or 'none'}, unanswered {len(surge.unanswered)}; "
        f"median {median:.0f} ms; load of the machine {os.getloadavg()[0]:.1f}"
    )


def _sweep() -> Case:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as home:
        env = _house(home)
        answer = _within(env, f"from bench.incidents import swept; swept({SWEPT})").split()
    seconds, written, again = float(answer[0]), int(answer[1]), int(answer[2])
    return Case(
        "incidents",
        f"sweep of the legal deadlines of {SWEPT} incidents",
        round(seconds, 2),
        "s",
        f"< {SWEEP_SECONDS:.0f} s, each reminder once",
        seconds < SWEEP_SECONDS and again == 0 and written >= SWEPT,
        note=f"{written} reminders written after six hours without a sweep, {again} at the next one; SQLite",
    )


def swept(number: int) -> None:
    """Inside the installation: declare, let six hours pass after the first reminders, sweep twice."""
    from datetime import timedelta

    from django.utils import timezone
    from tests.apps.incidents.world import declared

    from vigie.apps.incidents.actions import remind
    from vigie.apps.incidents.models import Obligation
    from vigie.apps.registry.models import Establishment

    now = timezone.now() - timedelta(days=3)
    ones = list(Establishment.objects.all())
    seen = timezone.localtime(now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    for place in range(number):
        declared(ones[place % len(ones)], now, discovered_at=seen)
    # Only the 72 hours of the data authority: one reminder of each incident is due.
    Obligation.objects.exclude(regime="gdpr", stage="notification").update(next_reminder_at=None)
    first = Obligation.objects.filter(next_reminder_at__isnull=False).latest("next_reminder_at").next_reminder_at
    start = time.perf_counter()
    written = remind(first + timedelta(hours=6))
    print(time.perf_counter() - start, written, remind(first + timedelta(hours=6)))


def _board() -> Case:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as home:
        env = _house(home)
        answer = _within(env, f"from bench.incidents import shown; shown({BOARD})").split()
    milliseconds, queries, rows = float(answer[0]), int(answer[1]), int(answer[2])
    return Case(
        "incidents",
        f"board of 100 rows among {BOARD} incidents",
        round(milliseconds, 1),
        "ms, median",
        f"< {BOARD_MS} ms, at most {BOARD_QUERIES} queries",
        milliseconds < BOARD_MS and queries <= BOARD_QUERIES and rows == 100,
        note=f"{queries} queries, the whole page with its guard and its template; SQLite; "
        f"load of the machine {os.getloadavg()[0]:.1f}",
    )


def shown(number: int) -> None:
    """Inside the installation: standing incidents, each with what it owes and whom to tell; the page, several times."""
    from datetime import timedelta

    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone
    from tests.apps.incidents.world import declared
    from tests.factories import RoleFactory

    from vigie.apps.incidents.models import Declaration, Incident, Obligation, Route
    from vigie.apps.registry.models import Establishment

    settings.ALLOWED_HOSTS = ["*"]
    settings.SECOND_FACTOR_REQUIRED = False
    now = timezone.now()
    ones = list(Establishment.objects.all())
    seen = timezone.localtime(now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    first = declared(ones[0], now, discovered_at=seen).declaration
    copies = _copies(
        Incident, first.incident, number, lambda row, turn: setattr(row, "establishment", ones[turn % 500])
    )
    for turn, row in enumerate(copies):
        row.declared_at = now - timedelta(minutes=turn)
    Incident.objects.bulk_update(copies, ["declared_at"], batch_size=500)

    def hangs(row: Any, turn: int) -> None:
        row.incident, row.reference, row.key = copies[turn], f"{turn:013d}", uuid.uuid4()

    declarations = _copies(Declaration, first, number, hangs)
    for owed in first.obligations.all():
        _copies(Obligation, owed, number, lambda row, turn: setattr(row, "declaration", declarations[turn]))
    for route in first.incident.routes.all():
        _copies(Route, route, number, lambda row, turn: setattr(row, "incident", copies[turn]))
    client = Client()
    client.force_login(RoleFactory(kind="national_analyst").user)
    client.get("/incidents/")
    waits = []
    for _turn in range(9):
        with CaptureQueriesContext(connection) as asked:
            start = time.perf_counter()
            answer = client.get("/incidents/")
            waits.append(1000 * (time.perf_counter() - start))
    print(sorted(waits)[4], len(asked), answer.content.decode().count('<th scope="row">'))


def _copies(model: Any, one: Any, number: int, differ: Callable[[Any, int], None]) -> list[Any]:
    found = []
    for turn in range(number):
        row = copy(one)
        row.pk, row._state = None, ModelState()
        differ(row, turn)
        found.append(row)
    made: list[Any] = model.objects.bulk_create(found, batch_size=500)
    return made
