"""The life of an incident: one table."""

import pytest

from vigie.engine.incidents.lifecycle import ENDED, STANDING, TRANSITIONS, Deed, State, after, possible

PATH = (Deed.DECLARE, Deed.START_QUALIFYING, Deed.QUALIFY, Deed.HANDLE, Deed.CONTAIN, Deed.RESTORE, Deed.CLOSE)


def test_the_way_of_the_design_can_be_walked():
    state, seen = State.DRAFT, [State.DRAFT]
    for deed in PATH:
        reached = after(state, deed)
        assert reached is not None, (state, deed)
        state = reached
        seen.append(state)
    assert [one.value for one in seen] == [
        "draft", "declared", "qualifying", "qualified", "handling", "contained", "restored", "closed",
    ]  # fmt: skip


def test_nothing_is_closed_before_it_was_qualified():
    for state in (State.DRAFT, State.DECLARED, State.QUALIFYING):
        assert after(state, Deed.CLOSE) is None


@pytest.mark.parametrize("state", sorted(ENDED))
def test_what_has_ended_can_only_be_reopened(state):
    assert possible(state) == (Deed.REOPEN,)


def test_a_draft_can_only_be_declared():
    assert possible(State.DRAFT) == (Deed.DECLARE,)


def test_every_state_is_reached_and_every_deed_is_in_the_table():
    assert {reached for _, reached in TRANSITIONS.values()} == set(State) - {State.DRAFT}
    assert set(TRANSITIONS) == set(Deed)
    assert STANDING | ENDED | {State.DRAFT} == set(State)
