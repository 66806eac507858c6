"""The contract, on SQLite with the embedded worker."""

import shutil

import pytest

from .contract import (  # noqa: F401 -- collected here, on this backend
    test_a_death_between_commit_and_publish_loses_nothing,
    test_a_task_that_does_not_leave_is_given_back_all_the_same,
    test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing,
    test_a_worker_that_is_asked_to_end_gives_back_what_it_runs,
)
from .house import closing, embedded, migrated_home, until

pytestmark = pytest.mark.thorough


@pytest.fixture
def house(tmp_path):
    with closing(embedded(shutil.copytree(migrated_home(), tmp_path / "home"))) as house:
        yield house


def test_a_worker_starts_with_what_its_dead_namesake_left(house):
    """The lease would last an hour: the lock of the folder proves that nobody holds it."""
    house.run("""
from datetime import timedelta
from django.utils import timezone
from vigie.apps.jobs import actions
from vigie.apps.jobs.worker import NAME
actions.enqueue("tests.apps.jobs.sample_tasks.mark", now=timezone.now(), number=1)
assert actions.claim_next(worker=NAME, now=timezone.now(), limit=1, lease=timedelta(hours=1))
""")
    house.worker(lease=3600)
    until(lambda: house.unfinished() == 0)
    assert house.marks() == [1]
