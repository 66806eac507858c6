"""Running one job: every end it can have is in its row, and none of them ends the worker."""

import pytest
from django.db import OperationalError

from vigie.apps.audit.models import Event
from vigie.apps.jobs import actions
from vigie.apps.jobs.execution import Held, run
from vigie.apps.jobs.models import Job
from vigie.apps.jobs.upkeep import Outage

pytestmark = pytest.mark.embedded  # a job closes its connections, which PostgreSQL refuses inside a test's transaction

SAMPLE = "tests.apps.jobs.sample_tasks"


def ran(path, now, **kwargs):
    job = actions.enqueue(path, now=now, **kwargs)
    (claim,) = actions.claim_next(worker="w", now=now, limit=1)
    held = Held()
    run(claim, held, clock=lambda: now)
    assert held.tokens() == {}
    job.refresh_from_db()
    return job


@pytest.mark.django_db
def test_what_a_task_returns_is_in_its_row(now):
    job = ran(f"{SAMPLE}.mark", now, number=5)
    assert (job.state, job.result, job.error, job.lease_token) == ("succeeded", 5, "", None)
    assert Event.objects.get(kind="mark").subject_id == 5


@pytest.mark.django_db
def test_a_task_may_ask_which_attempt_it_is(now):
    assert ran(f"{SAMPLE}.count_attempts", now, more=10).result == 11


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("task", "words"),
    [
        pytest.param("broken", "RuntimeError: this task never works", id="raises"),
        pytest.param("leaves", "SystemExit: 3", id="tries-to-end-the-worker"),
        pytest.param("returns_nonsense", "TypeError: Unsupported type", id="result-that-json-cannot-hold"),
        pytest.param("no_such_task", "NoSuchTask:", id="no-such-task"),
        pytest.param("time", "is not a task", id="not-a-task"),
    ],
)
def test_a_bad_end_is_told_in_one_line(now, task, words):
    job = ran(f"{SAMPLE}.{task}", now)
    assert words in job.error
    assert job.state == "ready"
    assert len(job.failures) == 1


@pytest.mark.django_db
def test_a_task_given_wrong_arguments_fails_as_any_other(now):
    assert ran(f"{SAMPLE}.mark", now, wrong=1).error.startswith("TypeError: mark()")


@pytest.mark.django_db
def test_the_end_of_a_job_that_was_given_to_another_is_discarded(now, caplog):
    job = actions.enqueue(f"{SAMPLE}.broken", now=now)
    (late,) = actions.claim_next(worker="w", now=now, limit=1)
    actions.release_abandoned(now, of_worker="w")
    actions.claim_next(worker="x", now=now, limit=1)
    run(late, Held(), clock=lambda: now)
    job.refresh_from_db()
    assert (job.state, job.worker) == ("running", "x")
    assert "discarded" in caplog.text


@pytest.mark.django_db
def test_a_failing_record_is_not_a_success(now):
    job = actions.enqueue(f"{SAMPLE}.mark", now=now, number=1)
    (claim,) = actions.claim_next(worker="w", now=now, limit=1)
    actions.release_abandoned(now, of_worker="w")
    run(claim, Held(), clock=lambda: now)
    assert not Event.objects.filter(kind="mark").exists()
    assert Job.objects.get(pk=job.pk).state == "ready"


def test_an_outage_is_one_line_and_longer_and_longer_pauses(caplog):
    def away():
        raise OperationalError("database is locked")

    outage = Outage()
    pauses = []
    for _ in range(8):
        assert outage.survive(away) is None
        pauses.append(outage.pause_seconds)
    assert pauses == [0.5, 1, 2, 4, 8, 15, 15, 15]
    assert outage.survive(lambda: 3) == 3
    assert outage.pause_seconds == 0
    assert [record.message for record in caplog.records] == [
        "the database does not answer, trying again: database is locked",
        "the database answers again",
    ]
