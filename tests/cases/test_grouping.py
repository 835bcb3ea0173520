"""Which alert a flagged decision belongs to."""

import json
import uuid
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import contracts
from cases.alerts import MOVES, AlertMoveNotAllowed, require_move
from cases.grouping import WINDOW_MS, Subject, group, subject_of
from contracts.alerts import AlertStatus
from contracts.decisions import FlaggedDecision

EXAMPLE = json.loads((Path(contracts.__file__).parent / "examples" / "risk.flagged.v1.json").read_text())[0]
NOON = 1_764_000_000_000


def flagged(at_ms: int, number: int = 0, **fields: object) -> FlaggedDecision:
    content = json.loads(json.dumps(EXAMPLE))
    content["transaction"] |= {"transaction_id": str(uuid.UUID(int=at_ms * 1000 + number)), "event_time": at_ms} | fields
    content["transaction"] = {name: value for name, value in content["transaction"].items() if value is not None}
    return msgspec.convert(content, FlaggedDecision)


def alerts_of(joinings) -> list[str]:
    return [joining.group.alert_id for joining in joinings]


def test_decisions_of_a_customer_within_a_day_share_an_alert_and_the_next_day_opens_another():
    first, second, third = group(
        [flagged(NOON), flagged(NOON + WINDOW_MS - 1), flagged(NOON + WINDOW_MS)], unclosed=[], members=[]
    )
    assert (first.opened, second.opened, third.opened) == (True, False, True)
    assert first.group.alert_id == second.group.alert_id != third.group.alert_id
    assert (second.group.decisions, second.group.total_amount_minor) == (2, 250_000)


def test_a_late_decision_joins_the_alert_that_it_would_have_been_part_of():
    joinings = group([flagged(NOON), flagged(NOON - 60_000)], unclosed=[], members=[])
    assert len(set(alerts_of(joinings))) == 1
    assert (joinings[-1].group.first_event_ms, joinings[-1].group.last_event_ms) == (NOON - 60_000, NOON)


def test_the_subject_is_the_customer_else_account_else_payee_else_the_transaction():
    without = {"customer_id": None}
    assert subject_of(flagged(NOON).transaction) == Subject("customer", "c000042", "BRL")
    assert subject_of(flagged(NOON, **without).transaction).kind == "account"
    without["account_id"] = None
    assert subject_of(flagged(NOON, **without).transaction).kind == "payee"
    without["payee_id"] = None
    bare = flagged(NOON, **without).transaction
    assert subject_of(bare) == Subject("transaction", bare.transaction_id, "BRL")


def test_amounts_of_two_currencies_are_never_added():
    joinings = group([flagged(NOON), flagged(NOON + 1, currency="USD")], unclosed=[], members=[])
    assert len(set(alerts_of(joinings))) == 2


def test_a_member_stays_where_it_is():
    decision = flagged(NOON)
    assert group([decision], unclosed=[], members=[decision.transaction.transaction_id]) == []
    assert len(group([decision, decision], unclosed=[], members=[])) == 1


moments = st.lists(
    st.tuples(st.integers(0, 3 * WINDOW_MS), st.sampled_from(["c1", "c2"])), min_size=1, max_size=30, unique_by=lambda m: m[0]
)


@given(moments, st.integers(1, 30))
@settings(max_examples=200, deadline=None)
def test_batches_give_what_one_after_another_gives(events, size):
    decisions = [flagged(NOON + offset_ms, customer_id=customer) for offset_ms, customer in events]
    whole = group(decisions, unclosed=[], members=[])
    known: dict[str, object] = {}
    members: set[str] = set()
    pieces = []
    for start in range(0, len(decisions), size):
        piece = group(decisions[start : start + size], unclosed=known.values(), members=members)
        known |= {joining.group.alert_id: joining.group for joining in piece}
        members |= {joining.flagged.transaction.transaction_id for joining in piece}
        pieces += piece
    assert pieces == whole
    assert all(each.last_event_ms - each.first_event_ms < WINDOW_MS for each in known.values())
    assert sum(each.decisions for each in known.values()) == len(decisions)


@pytest.mark.parametrize("status", list(AlertStatus))
def test_an_alert_never_moves_to_where_it_stands_and_always_has_a_way_on(status):
    assert MOVES[status]
    with pytest.raises(AlertMoveNotAllowed):
        require_move(status, status)
