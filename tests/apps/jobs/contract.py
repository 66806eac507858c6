"""What both backends promise. Each test gets a `house`, an installation on one of them."""

import signal

from .house import House, until


def numbers(count: int, **more: float) -> list[dict[str, float]]:
    return [{"number": number, **more} for number in range(count)]


def test_what_is_enqueued_is_done_once(house: House):
    house.worker()
    house.enqueue("mark", numbers(12))
    until(lambda: house.unfinished() == 0)
    assert house.marks() == list(range(12))
    assert house.select("SELECT DISTINCT state, attempts FROM jobs_job") == [("succeeded", 1)]


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(house: House):
    first = house.worker(first=("mark", numbers(24, seconds=0.1)))
    until(lambda: len(house.marks()) >= 4)
    first.kill()
    first.wait()
    assert house.unfinished() > 0
    house.worker()
    until(lambda: house.unfinished() == 0)
    assert house.marks() == list(range(24))
    assert house.count("SELECT count(*) FROM jobs_job WHERE state = 'succeeded'") == 24


def test_a_death_between_commit_and_publish_loses_nothing(house: House):
    house.enqueue("mark", numbers(6), die_before_publishing=True)
    assert house.unfinished() == 6
    house.worker()
    until(lambda: house.unfinished() == 0)
    assert house.marks() == list(range(6))


def test_a_worker_that_is_asked_to_end_gives_back_what_it_runs(house: House):
    worker = house.worker(first=("stubborn", numbers(2)))
    until(lambda: house.begun() == 2)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0
    assert house.select("SELECT DISTINCT state, attempts FROM jobs_job") == [("ready", 0)]
    assert house.count("SELECT count(*) FROM jobs_worker") == 0


def test_a_task_that_does_not_leave_is_given_back_all_the_same(house: House):
    worker = house.worker(grace=0.3, first=("deaf", numbers(1)))
    until(lambda: house.begun() == 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0
    assert house.select("SELECT DISTINCT state, attempts FROM jobs_job") == [("ready", 0)]
