"""What is typed in the four blocks: values, or faults that say which answer and why; nothing breaks the reader."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.engine.incidents.answers import (
    BLOCKS,
    CHOICES,
    FIELDS,
    WORDS,
    Answers,
    Bounds,
    Fault,
    Problem,
    kept,
    read_answers,
)
from vigie.engine.incidents.taxonomy import Care, Known, Nature

NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
PARIS = timezone(timedelta(hours=1))
BOUNDS = Bounds(short_text=200, long_text=8000, oldest=timedelta(days=1830), drift=timedelta(minutes=10))
LEAST = {
    "structure": "Clinique Exemple",
    "seen": "Les fichiers ne s'ouvrent plus.",
    "discovered_at": "2026-11-23T05:30",
}


def asked(**more: str) -> Answers | tuple[Fault, ...]:
    return read_answers({**LEAST, **more}, bounds=BOUNDS, now=NOW, zone=PARIS)


def test_three_answers_are_enough_and_all_others_are_unknown():
    told = asked()
    assert isinstance(told, Answers)
    assert told.facts.discovered_at == datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
    assert told.facts.care is Care.UNKNOWN
    assert told.facts.natures == {Nature.UNKNOWN}
    assert told.wants_help is Known.UNKNOWN


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        pytest.param({"structure": " "}, Fault("structure", Problem.MISSING), id="nowhere"),
        pytest.param({"seen": ""}, Fault("seen", Problem.MISSING), id="nothing-seen"),
        pytest.param({"discovered_at": ""}, Fault("discovered_at", Problem.MISSING), id="no-moment"),
        pytest.param({"discovered_at": "hier soir"}, Fault("discovered_at", Problem.NOT_A_MOMENT), id="words"),
        pytest.param({"discovered_at": "1970-01-01T00:00"}, Fault("discovered_at", Problem.TOO_OLD), id="1970"),
        pytest.param({"discovered_at": "2026-11-24T05:30"}, Fault("discovered_at", Problem.IN_THE_FUTURE), id="future"),
        pytest.param(
            {"discovered_at": "0001-01-01T00:00+14:00"}, Fault("discovered_at", Problem.TOO_OLD), id="year-one"
        ),
        pytest.param(
            {"started_at": "2026-11-23T05:31"}, Fault("started_at", Problem.AFTER_DISCOVERY), id="began-later"
        ),
        pytest.param({"care": "fine"}, Fault("care", Problem.NOT_A_CHOICE), id="no-such-choice"),
        pytest.param({"natures": "health,secret"}, Fault("natures", Problem.NOT_A_CHOICE), id="no-such-nature"),
        pytest.param(
            {"people": "beaucoup"}, Fault("people", Problem.NOT_A_NUMBER, 100_000_000), id="words-for-a-number"
        ),
        pytest.param({"people": "٣"}, Fault("people", Problem.NOT_A_NUMBER, 100_000_000), id="arabic-digit"),
        pytest.param({"care_hours": "-3"}, Fault("care_hours", Problem.NOT_A_NUMBER, 100_000), id="negative"),
        pytest.param({"name": "x" * 201}, Fault("name", Problem.TOO_LONG, 200), id="long-name"),
        pytest.param({"name": "a\nb"}, Fault("name", Problem.UNPRINTED), id="line-in-a-name"),
        pytest.param({"seen": "a\0b"}, Fault("seen", Problem.UNPRINTED), id="nul"),
    ],
)
def test_a_fault_says_which_answer_and_why(more, fault):
    assert asked(**more) == (fault,)


def test_a_phone_that_runs_a_little_ahead_is_believed():
    told = asked(discovered_at="2026-11-23T07:15")
    assert isinstance(told, Answers)


def test_every_fault_is_told_at_once_in_the_order_of_the_page():
    told = read_answers({"care": "?", "people": "?"}, bounds=BOUNDS, now=NOW, zone=PARIS)
    assert [fault.field for fault in told] == ["structure", "discovered_at", "seen", "care", "people"]


def test_each_field_is_in_one_block():
    assert len(FIELDS) == len(set(FIELDS))
    assert set(CHOICES) | WORDS <= set(FIELDS)
    assert list(BLOCKS) == ["who", "what", "impact", "cause"]


words = st.one_of(
    st.text(max_size=50), st.sampled_from(["yes", "unknown", "=1+1", "2026-11-23T05:30", "999999999999", "\ud800"])
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.one_of(st.sampled_from(FIELDS), st.text(max_size=5)), words))
def test_whatever_is_typed_is_read_or_told_apart_and_nothing_is_lost(typed):
    told = read_answers(typed, bounds=BOUNDS, now=NOW, zone=PARIS)
    assert isinstance(told, Answers) or all(fault.field in FIELDS for fault in told)
    back = kept(typed, BOUNDS)
    for name in FIELDS:
        if typed.get(name) and "\0" not in typed[name] and "\ud800" not in typed[name]:
            assert back[name] == typed[name]
