"""Do the board and the sweep of legal deadlines hold with thousands of incidents?"""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

from django.db.models.base import ModelState

from bench import Case
from bench.installation import installed, within

SWEPT, SWEEP_SECONDS = 2_000, 1.0  # a peer: 49 s
BOARD, BOARD_MS, BOARD_QUERIES = 10_000, 150, 12  # a peer: 1,849 queries, 8.2 s


def run() -> Iterator[Case]:
    yield _sweep()
    yield _board()


def _sweep() -> Case:
    with installed() as env:
        answer = within(env, f"from bench.incidents import swept; swept({SWEPT})").split()
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
    with installed() as env:
        answer = within(env, f"from bench.incidents import shown; shown({BOARD})").split()
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
