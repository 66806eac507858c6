"""A world built once for a module of tests, then laid down row by row in each: building it is most of their time."""

import pickle
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.web import world as worlds

# The rows of the world are numbered from there: a test may have made a few of its own before, and makes more after.
FIRST_NUMBER = 100_000


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of each table, and the world that names some of them; both are copied for whoever asks."""

    world: bytes
    rows: tuple[tuple[str, list[tuple[Any, ...]]], ...]

    def lay_down(self) -> worlds.World:
        with connection.cursor() as cursor:
            for insertion, rows in self.rows:
                cursor.executemany(insertion, rows)
        return pickle.loads(self.world)


def keep(now: datetime) -> Kept:
    """Build the world in an empty database, remember it, and take it back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for model in _models():
                cursor.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [model._meta.db_table, FIRST_NUMBER]
                )
        built = pickle.dumps(worlds.build(now))
        rows = tuple(_rows_of(model) for model in _models() if model._base_manager.exists())
        transaction.set_rollback(True)
    return Kept(built, rows)


def _models() -> list[type[models.Model]]:
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if model.__module__.startswith("vigie.") and model._meta.managed]


def _rows_of(model: type[models.Model]) -> tuple[str, list[tuple[Any, ...]]]:
    name = connection.ops.quote_name
    table = name(model._meta.db_table)
    written = [name(field.column) for field in model._meta.local_concrete_fields if not field.generated]
    columns = ", ".join(written)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table}")
        rows = cursor.fetchall()
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(written))})", rows


@pytest.fixture(scope="module")
def today() -> datetime:
    """Pages and the API are entry points: they read the clock, so their world is built around it."""
    return timezone.now()


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker, today: datetime) -> Kept:
    with django_db_blocker.unblock():
        return keep(today)


@pytest.fixture
def world(kept: Kept, db: None) -> worlds.World:
    return kept.lay_down()
