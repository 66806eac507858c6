"""The contract, on SQLite with the embedded worker."""

import shutil
import sqlite3
from functools import partial

import pytest

from .contract import (  # noqa: F401 -- collected here, on this backend
    test_a_death_between_commit_and_publish_loses_nothing,
    test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing,
    test_a_worker_that_is_asked_to_end_gives_back_what_it_runs,
    test_what_is_enqueued_is_done_once,
)
from .house import House, closing, environment


def select(path, query):
    connection = sqlite3.connect(path, timeout=20)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    home = tmp_path_factory.mktemp("migrated")
    House(environment(home), partial(select, home / "vigie.sqlite3")).migrate()
    return home


@pytest.fixture
def house(migrated, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(migrated, home)
    with closing(House(environment(home), partial(select, home / "vigie.sqlite3"))) as house:
        yield house
