"""The ledger: what is written once, who may take it, and whose end counts."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django_tasks.exceptions import TaskResultDoesNotExist

from vigie.apps.jobs import actions
from vigie.apps.jobs.failures import VANISHED
from vigie.apps.jobs.lease import working_on
from vigie.apps.jobs.models import Job, Worker

from . import sample_tasks

pytestmark = pytest.mark.django_db

MARK = "tests.apps.jobs.sample_tasks.mark"
SECOND = timedelta(seconds=1)


def enqueue(now, number=1, **more):
    return actions.enqueue(MARK, now=now, number=number, **more)


def take(now, *, worker="w", limit=1):
    return actions.claim_next(worker=worker, now=now, limit=limit)


def take_one(now):
    (claim,) = take(now)
    return claim


def end_badly(claim, now, error=None):
    return actions.fail(job_id=claim.id, token=claim.token, error=error or RuntimeError("no"), now=now)


def test_one_key_is_one_unfinished_job(now):
    first = enqueue(now, key="a")
    assert enqueue(now, key="a").pk == first.pk
    assert enqueue(now, key="b").pk != first.pk
    assert enqueue(now).pk != enqueue(now).pk
    claim = actions.claim(job_id=first.pk, worker="w", now=now)
    assert enqueue(now, key="a").pk == first.pk
    actions.finish(job_id=claim.id, token=claim.token, result=None, now=now)
    assert enqueue(now, key="a").pk != first.pk


def test_asked_again_while_it_runs_it_runs_once_more(now):
    job = enqueue(now, key="a")
    claim = take_one(now)
    for _ in range(3):
        enqueue(now, key="a", again=True)
    assert take(now) == []
    assert actions.finish(job_id=claim.id, token=claim.token, result=1, now=now)
    second = take_one(now)
    assert second.id == job.pk
    assert actions.finish(job_id=second.id, token=second.token, result=2, now=now)
    assert take(now) == []
    job.refresh_from_db()
    assert (job.state, job.result) == ("succeeded", 2)


def test_asked_again_while_it_waits_it_runs_once(now):
    enqueue(now, key="a")
    enqueue(now, key="a", again=True)
    claim = take_one(now)
    actions.finish(job_id=claim.id, token=claim.token, result=1, now=now)
    assert take(now) == []


def test_those_who_nudge_wait_for_nobody_and_it_runs_after_them(now, django_capture_on_commit_callbacks):
    def nudged(count):
        with django_capture_on_commit_callbacks(execute=True):
            for _one in range(count):
                actions.nudge(MARK, key="deliver", now=now)
            assert not Job.objects.exclude(state="running").exists(), "nothing before what asks for it is there to read"

    nudged(3)
    claim = take_one(now)
    nudged(2)
    assert actions.finish(job_id=claim.id, token=claim.token, result=None, now=now)
    assert Job.objects.get().state == "ready", "it runs once more: it may have read before they wrote"


def test_what_is_asked_for_all_along_runs_now_and_then_and_misses_nobody(now, django_capture_on_commit_callbacks):
    def nudged(moment):
        with django_capture_on_commit_callbacks(execute=True):
            actions.nudge(MARK, key="write-back", now=moment, within=SECOND)

    for tenth in range(5):
        nudged(now + SECOND * tenth / 10)
    assert take(now + SECOND / 2) == [], "it waits for those who come within the second"
    claim = take_one(now + SECOND)
    nudged(now + SECOND)
    nudged(now + SECOND * 1.5)
    assert actions.finish(job_id=claim.id, token=claim.token, result=None, now=now + SECOND * 1.5)
    assert take(now + SECOND * 1.5) == []
    assert take_one(now + SECOND * 2).id == claim.id


def test_many_are_written_at_once_and_keys_that_wait_are_left_out(now):
    enqueue(now, key="3")
    actions.enqueue_many([actions.Order(path=MARK, kwargs={"number": n}, key=str(n)) for n in range(5)], now=now)
    assert Job.objects.count() == 5


def test_a_job_is_written_with_what_asks_for_it_or_not_at_all(now):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue(now)
        raise ZeroDivisionError
    assert Job.objects.count() == 0


@pytest.mark.parametrize(
    ("more", "error"),
    [
        pytest.param({"queue": "nowhere"}, ValueError, id="queue-that-nobody-serves"),
        pytest.param({"moment": timedelta(1)}, TypeError, id="what-json-cannot-hold"),
    ],
)
def test_a_job_that_could_never_run_is_refused(now, more, error):
    with pytest.raises(error):
        enqueue(now, **more)


def test_the_urgent_go_first_then_the_oldest_and_none_before_its_time(now):
    late = enqueue(now, number=1)
    later = enqueue(now + SECOND, number=2)
    urgent = enqueue(now, number=3, priority=50)
    enqueue(now, number=4, run_after=now + timedelta(hours=1))
    claims = take(now + SECOND, limit=9)
    assert [claim.id for claim in claims] == [urgent.pk, late.pk, later.pk]


def test_only_the_queues_served_are_claimed(now):
    enqueue(now)
    scan = enqueue(now, queue="scans")
    claims = actions.claim_next(worker="w", now=now, limit=9, queues=["scans"])
    assert [claim.id for claim in claims] == [scan.pk]


def test_a_job_is_claimed_once(now):
    job = enqueue(now)
    assert actions.claim(job_id=job.pk, worker="a", now=now) is not None
    assert actions.claim(job_id=job.pk, worker="b", now=now) is None
    assert actions.claim(job_id=job.pk + 1, worker="b", now=now) is None


def test_a_worker_that_lost_its_lease_can_neither_renew_record_nor_end(now):
    enqueue(now)
    lost = take_one(now)
    later = now + actions.LEASE + SECOND
    assert actions.release_abandoned(later) == 1
    mine = take_one(later)
    assert mine.attempt == 2
    assert actions.renew(held={lost.id: lost.token}, now=later) == {lost.id}
    assert actions.finish(job_id=lost.id, token=lost.token, result="late", now=later) is False
    assert end_badly(lost, later) is False
    assert actions.give_back(job_id=lost.id, token=lost.token, now=later) is False
    with transaction.atomic():
        assert actions.holds_lease(mine.id, mine.token)
        assert not actions.holds_lease(lost.id, lost.token)
        with working_on(actions.CurrentJob(lost.id, lost.token)), pytest.raises(actions.LeaseLost):
            actions.fence()
        with working_on(actions.CurrentJob(mine.id, mine.token)):
            actions.fence()
        actions.fence()  # outside a job there is nothing to lose


def test_a_renewed_lease_is_not_abandoned(now):
    enqueue(now)
    claim = take_one(now)
    soon = now + actions.LEASE - SECOND
    assert actions.renew(held={claim.id: claim.token}, now=soon) == frozenset()
    assert actions.release_abandoned(now + actions.LEASE + SECOND) == 0
    assert actions.renew(held={}, now=soon) == frozenset()


def test_what_a_dead_worker_held_waits_again_at_once(now):
    for number in range(3):
        enqueue(now, number=number)
    take(now, worker="dead", limit=2)
    take(now, worker="other")
    assert actions.release_abandoned(now, of_worker="dead") == 2
    assert len(take(now, limit=9)) == 2


def test_a_failure_is_told_and_tried_again_later_and_later(now):
    job = enqueue(now)
    delays = []
    for _ in range(4):
        claim = take_one(now)
        assert end_badly(claim, now, ValueError("broken\nin two lines"))
        job.refresh_from_db()
        delays.append((job.run_after - now).total_seconds())
        now = job.run_after
    assert delays == [5, 10, 20, 40]
    assert end_badly(take_one(now), now)
    job.refresh_from_db()
    assert (job.state, job.attempts, len(job.failures)) == ("failed", 5, 5)
    assert job.failures[0]["exception"] == "builtins.ValueError"
    assert take(now + timedelta(days=1)) == []


def test_workers_that_die_do_not_use_up_the_attempts_of_an_honest_job(now):
    job = enqueue(now)
    for _ in range(10):
        assert take(now)
        actions.release_abandoned(now, of_worker="w")
    job.refresh_from_db()
    assert job.state == "ready"
    assert {failure["exception"] for failure in job.failures} == {VANISHED}


def test_a_job_that_kills_every_worker_ends_as_failed(now):
    job = enqueue(now)
    for _ in range(20):
        take(now)
        actions.release_abandoned(now, of_worker="w")
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "WorkerVanished: the worker w went silent")


def test_what_is_given_back_counts_for_nothing(now):
    job = enqueue(now)
    claim = take_one(now)
    assert actions.give_back(job_id=claim.id, token=claim.token, now=now)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.failures) == ("ready", 0, [])


def test_the_database_refuses_a_running_job_without_a_lease(now):
    job = enqueue(now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(state="running")


def test_the_task_api_tells_the_job(now):
    result = sample_tasks.mark.using(priority=7).enqueue(4)
    assert result.status == "READY"
    claim = take_one(result.enqueued_at)
    assert (claim.args, claim.kwargs) == ([4], {})
    actions.finish(job_id=claim.id, token=claim.token, result=4, now=now)
    result.refresh()
    assert (result.status, result.return_value, result.worker_ids) == ("SUCCESSFUL", 4, ["w"])
    assert sample_tasks.mark.get_result(result.id).is_finished


@pytest.mark.parametrize("number", ["999999", "x'; --", ""])
def test_a_result_that_nobody_asked_for_does_not_exist(number):
    with pytest.raises(TaskResultDoesNotExist):
        sample_tasks.mark.get_result(number)


def test_old_jobs_are_forgotten_and_unfinished_ones_never(now):
    enqueue(now, number=1)
    claim = take_one(now)
    actions.finish(job_id=claim.id, token=claim.token, result=None, now=now)
    enqueue(now, number=2)
    assert actions.forget_finished(before=now) == 0
    assert actions.forget_finished(before=now + SECOND) == 1
    assert Job.objects.count() == 1


def test_a_worker_is_alive_as_long_as_it_says_so(now):
    actions.sign_on(worker="a", now=now - SECOND)
    actions.beat(worker="a", now=now)
    actions.beat(worker="a", now=now + SECOND)
    assert Worker.objects.alive(now + 31 * SECOND).count() == 1
    assert Worker.objects.alive(now + 32 * SECOND).count() == 0
    assert actions.forget_silent_workers(before=now) == 0
    actions.sign_on(worker="a", now=now + 9 * SECOND)
    assert Worker.objects.get().started_at == now + 9 * SECOND
    actions.sign_off(worker="a")
    assert not Worker.objects.exists()


def test_a_token_of_nobody_ends_nothing(now):
    job = enqueue(now)
    assert actions.finish(job_id=job.pk, token=uuid4(), result=None, now=now) is False
