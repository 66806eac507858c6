import threading
import time

import pytest

from vigie.data.pace import pace_table
from vigie.probes import stop as stops
from vigie.probes.identify import ORDERS
from vigie.probes.pace import Pace, RunBudget
from vigie.probes.scope import Intensity
from vigie.probes.stop import FileStop, LinkedStop, StopSignal

from .conftest import free_pace


def test_a_stop_is_set_once_and_keeps_its_first_reason():
    stop = StopSignal()
    assert not stop.is_set()
    stop.set("emergency stop")
    stop.set("another")
    assert stop.is_set()
    assert stop.reason == "emergency stop"


def test_a_stop_ordered_in_another_thread_wakes_who_waits():
    stop = StopSignal()
    threading.Timer(0.01, stop.set).start()
    assert stop.wait(60)


def test_a_file_orders_the_stop_of_who_has_no_database(tmp_path, monkeypatch):
    monkeypatch.setattr(stops, "FILE_PERIOD_SECONDS", 0.0)
    stop = FileStop(tmp_path / "STOP")
    assert not stop.is_set()
    (tmp_path / "STOP").touch()
    assert stop.is_set()
    assert stop.reason == "emergency stop"


def test_waiting_sees_the_file(tmp_path):
    stop = FileStop(tmp_path / "STOP")
    assert not stop.wait(0.01)
    threading.Timer(0.01, (tmp_path / "STOP").touch).start()
    assert stop.wait(60)


def test_the_file_is_looked_at_no_more_often_than_said(tmp_path):
    stop = FileStop(tmp_path / "STOP")
    assert not stop.is_set()
    (tmp_path / "STOP").touch()
    assert not any(stop.is_set() for _ in range(50))  # within the same fifth of a second


def test_a_wider_stop_ends_a_narrower_one_but_not_the_reverse():
    wide, other = StopSignal(), StopSignal()
    narrow = LinkedStop(wide)
    LinkedStop(other).set("interrupted")
    assert not other.is_set()
    wide.set("emergency stop")
    assert narrow.is_set()
    assert narrow.reason == "emergency stop"


def test_an_address_waits_for_its_turn_and_another_one_does_not():
    pace = free_pace(address=2)
    assert pace.take("127.77.0.1", Intensity.STANDARD) == 0
    assert 0.4 < pace.take("127.77.0.1", Intensity.STANDARD) <= 0.5
    assert pace.take("127.77.0.2", Intensity.STANDARD) == 0


@pytest.mark.parametrize("budget", ["establishment", "run"])
def test_all_addresses_share_the_wider_budgets(budget):
    pace = free_pace(**{budget: 2})
    assert pace.take("127.77.0.1", Intensity.STANDARD) == 0
    assert pace.take("127.77.0.2", Intensity.STANDARD) > 0


def test_an_address_shared_by_two_establishments_has_one_budget():
    table, run = free_pace(address=2)._table, RunBudget()
    assert Pace(table, run).take("127.77.0.1", Intensity.STANDARD) == 0
    assert Pace(table, run).take("127.77.0.1", Intensity.STANDARD) > 0


def test_a_refused_turn_costs_nothing():
    pace = free_pace(address=2)
    pace.take("127.77.0.1", Intensity.STANDARD)
    waits = [pace.take("127.77.0.1", Intensity.STANDARD) for _ in range(20)]
    assert max(waits) <= 0.5


def test_gentler_is_slower():
    rates = pace_table().intensities
    assert set(rates) == {intensity.value for intensity in Intensity}
    assert rates["gentle"].address < rates["standard"].address < rates["brisk"].address
    assert rates["gentle"].establishment < rates["standard"].establishment < rates["brisk"].establishment


def test_a_silent_port_costs_four_seconds_at_most():
    times = pace_table().timeouts
    longest = max(len(order) for order in ORDERS.values())
    assert times.first_byte + (longest - 1) * times.other_first_byte <= 4.0


def waits(pace, address="127.77.0.1"):
    """How long one must wait after a question to this address; the longest of three, for this process may sleep too."""
    found = []
    for _ in range(3):
        while (wait := pace.take(address, Intensity.STANDARD)) > 0:
            time.sleep(wait)
        found.append(pace.take(address, Intensity.STANDARD))
    return max(found)


def test_an_address_that_answers_slowly_is_asked_half_as_often():
    pace = free_pace(address=20)
    pace.answered("127.77.0.1", 0.02)
    assert waits(pace) == pytest.approx(0.05, abs=0.01)
    pace.answered("127.77.0.1", 0.9)
    assert waits(pace) == pytest.approx(0.1, abs=0.01)
    assert waits(pace, "127.77.0.2") == pytest.approx(0.05, abs=0.01)  # and no other


def test_a_quick_answer_a_little_slower_than_the_best_one_changes_nothing():
    pace = free_pace(address=20)
    pace.answered("127.77.0.1", 0.001)
    pace.answered("127.77.0.1", 0.2)
    assert waits(pace) == pytest.approx(0.05, abs=0.01)


def test_slowness_has_an_end_and_good_answers_take_it_back():
    pace = free_pace(address=200)
    pace.answered("127.77.0.1", 0.01)
    for _ in range(50):
        pace.unanswered("127.77.0.1")
    assert waits(pace) == pytest.approx(16 / 200, abs=0.01)
    for _ in range(41):
        pace.answered("127.77.0.1", 0.01)
    assert waits(pace) == pytest.approx(1 / 200, abs=0.004)


def test_the_silence_of_an_address_that_never_answered_says_nothing_of_its_health():
    pace = free_pace(address=20)
    pace.unanswered("127.77.0.1")
    assert waits(pace) == pytest.approx(0.05, abs=0.01)


def test_the_table_says_when_an_address_suffers():
    rule = pace_table().adaptive
    assert rule.slow_times > 1
    assert rule.slow_seconds > 0
    assert rule.most > 1
