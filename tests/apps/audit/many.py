"""Writers and sealers of the audit trail, for tests that run several as processes of their own."""

import time

from django.db import transaction
from django.utils import timezone

from vigie.apps.audit.actions import record
from vigie.apps.audit.sealing import seal


def write(name: str, transactions: int, *, each: int = 5, pause_seconds: float = 0.0) -> None:
    """Write events in transactions that stay open for a while: numbers are then committed out of their order."""
    for number in range(transactions):
        with transaction.atomic():
            for part in range(each):
                record(kind="tried", by=name, at=timezone.now(), number=number, part=part)
            time.sleep(pause_seconds * (number % 3))


def seal_for(seconds: float) -> None:
    """Seal without rest, for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seal(timezone.now())


def seal_all() -> None:
    while seal(timezone.now(), near=None):
        pass
