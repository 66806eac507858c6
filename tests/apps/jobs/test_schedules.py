"""Work that comes back: once per turn, whoever asks and however late."""

from datetime import timedelta

import pytest

from vigie.apps.jobs import actions
from vigie.apps.jobs.models import Job, Schedule
from vigie.apps.jobs.schedules import Declared, _run, next_after
from vigie.config.schedules import SCHEDULES

HOUR = timedelta(hours=1)
TASK = "tests.apps.jobs.sample_tasks.broken"
HOURLY = Declared("hourly", TASK, HOUR)


@pytest.mark.parametrize(
    ("late", "next_in"),
    [
        pytest.param(timedelta(0), HOUR, id="on-time"),
        pytest.param(timedelta(minutes=59), timedelta(minutes=1), id="late-but-before-the-next"),
        pytest.param(HOUR, HOUR, id="exactly-one-turn-late"),
        pytest.param(72 * HOUR + timedelta(minutes=20), timedelta(minutes=40), id="asleep-for-three-days"),
    ],
)
def test_the_next_turn_is_on_the_same_grid(now, late, next_in):
    assert next_after(now - late, HOUR, now) - now == next_in


@pytest.mark.django_db
def test_after_a_long_sleep_it_runs_once(now):
    actions.ensure_schedules([HOURLY], now)
    assert actions.run_due_schedules(now) == 0
    assert actions.run_due_schedules(now + 6 * HOUR) == 1
    assert actions.run_due_schedules(now + 6 * HOUR) == 0
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_turn_whose_work_still_runs_does_not_pile_up(now):
    actions.ensure_schedules([HOURLY], now)
    for turn in range(1, 5):
        assert actions.run_due_schedules(now + turn * HOUR) == 1
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_two_schedulers_run_it_once(now):
    actions.ensure_schedules([HOURLY], now)
    seen = list(Schedule.objects.all())
    later = now + HOUR
    # Both have read the row before either has moved it.
    assert [_run(row, later) for row in (*seen, *seen)] == [True, False]


@pytest.mark.django_db
def test_what_a_person_switched_off_stays_off(now):
    actions.ensure_schedules([HOURLY], now)
    Schedule.objects.update(enabled=False)
    actions.ensure_schedules([HOURLY], now)
    assert actions.run_due_schedules(now + HOUR) == 0


@pytest.mark.django_db
def test_a_new_rhythm_is_taken_up_and_what_is_no_longer_declared_goes(now):
    actions.ensure_schedules([HOURLY, Declared("other", TASK, HOUR)], now)
    actions.ensure_schedules([Declared("hourly", TASK, HOUR / 4)], now)
    row = Schedule.objects.get()
    assert (row.name, row.next_run - now) == ("hourly", HOUR / 4)
    actions.ensure_schedules([HOURLY], now)
    row.refresh_from_db()
    assert row.next_run - now == HOUR / 4  # a slower rhythm begins after the turn that was promised


@pytest.mark.parametrize("declared", SCHEDULES, ids=lambda declared: declared.name)
def test_every_schedule_names_a_task(declared):
    from vigie.apps.jobs.execution import find

    assert find(declared.path).func
