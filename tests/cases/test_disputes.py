"""Blocks and disputes: their tables, and their deadlines, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from cases.blocks import states as blocks
from cases.blocks.states import BlockState
from cases.disputes import states
from cases.disputes.states import DisputeAct, DisputeState, RefundResult
from cases.due.clocks import DueClock
from kit.errors import DomainError

NOW = datetime(2025, 11, 24, 16, tzinfo=UTC)


@pytest.mark.parametrize("act", list(DisputeAct))
@pytest.mark.parametrize("state", list(DisputeState))
def test_each_act_is_taken_in_the_states_of_the_table_and_in_no_other(act, state):
    allowed, to = states.MOVES[act]
    if state in allowed:
        assert states.after(act, state) is to
    else:
        with pytest.raises(states.DisputeMoveNotAllowed):
            states.after(act, state)


def test_ends_have_no_way_out_and_everything_else_has():
    leaving = {state for allowed, _ in states.MOVES.values() for state in allowed}
    assert {state for state in DisputeState if states.ended(state)} == set(DisputeState) - leaving


def test_a_dispute_is_analysed_in_seven_days_and_returned_in_eleven():
    assert states.deadlines(NOW) == states.Deadlines(NOW + timedelta(days=7), NOW + timedelta(days=11))


def test_one_clock_runs_at_a_time_and_none_when_it_has_ended():
    runs = {state: states.clock_of(state) for state in DisputeState}
    assert runs[DisputeState.OPEN] is runs[DisputeState.PROPOSED] is DueClock.MED_ANALYSIS
    assert runs[DisputeState.AGREED] is DueClock.MED_REFUND
    assert {state for state, clock in runs.items() if clock is None} == {state for state in runs if states.ended(state)}


def test_states_have_the_directorys_words():
    said = {state: states.infraction_status(state) for state in DisputeState}
    assert said[DisputeState.PROPOSED] == "ACKNOWLEDGED"
    assert {said[state] for state in (DisputeState.AGREED, DisputeState.DISAGREED, DisputeState.REFUNDED)} == {"CLOSED"}
    assert set(said.values()) == {"OPEN", "ACKNOWLEDGED", "CLOSED", "CANCELLED"}


@pytest.mark.parametrize(
    ("refunded", "result"),
    [(0, RefundResult.NO_BALANCE), (1, RefundResult.PARTIALLY_ACCEPTED), (100, RefundResult.TOTALLY_ACCEPTED)],
)
def test_a_refund_is_called_by_how_much_went_back(refunded, result):
    assert states.result_of(refunded_minor=refunded, disputed_minor=100) is result


@pytest.mark.parametrize("module", [blocks, states])
def test_who_proposed_does_not_agree_and_agrees_to_what_was_read_alone(module):
    if module is blocks:

        def judge(**said: object) -> None:
            blocks.require_judgeable(BlockState.PROPOSED, **said)
    else:
        judge = states.require_read
    same = {"proposed_by": "ana", "proposed_at": NOW}
    judge(approve=True, by="bia", read_at=NOW, **same)
    judge(approve=False, by="ana", read_at=NOW, **same)
    for wrong in ({"by": "ana", "read_at": NOW}, {"by": "bia", "read_at": NOW - timedelta(seconds=1)}):
        with pytest.raises(DomainError):
            judge(approve=True, **wrong, **same)


@pytest.mark.parametrize(
    ("outcome", "proposal", "hold", "state"),
    [
        (None, None, "held", BlockState.HELD),
        (None, "keep", "held", BlockState.PROPOSED),
        (None, "keep", "expired", BlockState.EXPIRED),
        ("kept", "keep", "voided", BlockState.KEPT),
        ("released", "release", "voided", BlockState.RELEASED),
    ],
)
def test_a_block_stands_as_its_hold_in_the_ledger_does(outcome, proposal, hold, state):
    assert blocks.state_of(outcome=outcome, proposal=proposal, hold_status=hold) is state
    if state in (BlockState.EXPIRED, BlockState.KEPT, BlockState.RELEASED):
        with pytest.raises(blocks.BlockEnded):
            blocks.require_open(state)
