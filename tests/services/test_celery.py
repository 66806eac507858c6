"""The contract, on PostgreSQL with Celery workers behind RabbitMQ; and what several workers add to it."""

import signal

import psycopg
import pytest
from kombu import Connection

from tests.apps.jobs.contract import (  # noqa: F401 -- collected here, on this backend
    numbers,
    test_a_death_between_commit_and_publish_loses_nothing,
    test_a_task_that_does_not_leave_is_given_back_all_the_same,
    test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing,
    test_a_worker_that_is_asked_to_end_gives_back_what_it_runs,
    test_what_is_enqueued_is_done_once,
)
from tests.apps.jobs.house import until

from .conftest import queue_name

pytestmark = pytest.mark.services


def test_two_workers_share_the_work_and_double_nothing(house):
    house.worker(lanes=2, first=("mark", numbers(30, seconds=0.2)))
    house.worker(lanes=2)
    until(lambda: house.done() == 30)
    assert house.marks() == list(range(30))
    assert house.count("SELECT count(DISTINCT worker) FROM jobs_job") == 2


def test_what_a_frozen_worker_brings_late_is_not_recorded(house):
    frozen = house.worker(lanes=1, lease=1, first=("stuck_mark", numbers(1)))
    until(lambda: house.begun() == 1)
    frozen.send_signal(signal.SIGSTOP)
    house.worker(lanes=1, lease=30)
    until(lambda: house.done() == 1)
    frozen.send_signal(signal.SIGCONT)
    frozen.send_signal(signal.SIGTERM)
    assert frozen.wait(timeout=20) == 0
    assert house.marks() == [0]


def test_each_queue_gets_its_own_messages_and_no_other(house, postgresql, rabbitmq):
    house.enqueue("mark", [{"number": 1}, {"number": 2, "queue": "scans"}, {"number": 3, "queue": "scans"}])
    with Connection(rabbitmq) as connection:
        purge = connection.default_channel.queue_purge
        assert purge(queue_name(postgresql, "default")) == 1
        assert purge(queue_name(postgresql, "scans")) == 2


def test_messages_that_the_broker_lost_are_sent_again(house, postgresql, rabbitmq):
    house.enqueue("mark", numbers(5))
    with Connection(rabbitmq) as connection:
        assert connection.default_channel.queue_purge(queue_name(postgresql, "default")) == 5
    # Two minutes pass: a message that old, of which the queue knows nothing, is lost.
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("UPDATE jobs_job SET published_at = published_at - interval '2 minutes'")
    house.worker()
    until(lambda: house.unfinished() == 0)
    assert house.marks() == list(range(5))


def test_a_broker_that_does_not_answer_does_not_stop_who_enqueues(house):
    house.env = house.env | {"VIGIE_BROKER_URL": "amqp://guest:guest@127.0.0.1:1//"}
    house.enqueue("mark", numbers(30))
    assert house.count("SELECT count(*) FROM jobs_job WHERE state = 'ready' AND published_at IS NULL") == 30


def test_the_urgent_goes_first(house):
    house.worker(lanes=1, first=("mark", [{"number": 1, "priority": 0}, {"number": 2, "priority": 50}]))
    until(lambda: house.done() == 2)
    assert house.select("SELECT subject_id FROM audit_event WHERE kind = 'mark' ORDER BY id") == [(2,), (1,)]
