"""Recoveries: their table and their deadlines, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from cases.recoveries import states
from cases.recoveries.states import RecoveryAct, RecoveryState

NOW = datetime(2026, 2, 24, 16, tzinfo=UTC)


@pytest.mark.parametrize("act", list(RecoveryAct))
@pytest.mark.parametrize("state", list(RecoveryState))
def test_each_act_is_taken_in_the_states_of_the_table_and_in_no_other(act, state):
    allowed, to = states.MOVES[act]
    if state in allowed:
        assert states.after(act, state) is to
    else:
        with pytest.raises(states.RecoveryMoveNotAllowed):
            states.after(act, state)


def test_ends_have_no_way_out_and_no_clock_and_everything_else_has_both():
    leaving = {state for allowed, _ in states.MOVES.values() for state in allowed}
    assert set(RecoveryState) - leaving == states.ENDS
    due = {state: states.due_at(state, reported_at=NOW, analysed_at=NOW) for state in RecoveryState}
    assert {state for state, at in due.items() if at is None} == states.ENDS


def test_the_refund_is_requested_within_six_hours_of_the_analysis():
    analysed = NOW + timedelta(days=3)
    due = {state: states.due_at(state, reported_at=NOW, analysed_at=analysed) for state in RecoveryState}
    assert due[RecoveryState.SENT] == NOW + timedelta(days=7)
    assert due[RecoveryState.ANALYSED] == analysed + timedelta(hours=6)
    assert due[RecoveryState.REFUNDING] == due[RecoveryState.RETURNING] == NOW + timedelta(days=11)


def test_states_have_the_directorys_words():
    words = {states.directory_status(state) for state in RecoveryState}
    assert words == {"CREATED", "AWAITING_ANALYSIS", "ANALYSED", "REFUNDING", "COMPLETED", "CANCELLED"}
