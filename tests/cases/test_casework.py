"""Cases: the table of moves, the clocks, the trail and the proposal, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.casework.labels import labels
from cases.casework.proposal import DecisionContradicts, Proposal, check
from cases.casework.states import (
    AGREEING,
    MOVES,
    PROPOSING,
    Act,
    CaseMoveNotAllowed,
    CaseState,
    First,
    NotAssigned,
    NothingToGoOn,
    Outcome,
    OwnDecision,
    Standing,
    Who,
    acts,
    require,
)  # fmt: skip
from cases.due import clocks
from cases.due.clocks import DueClock, Urgency
from cases.trail import chain as trail
from contracts.labels import FraudKind
from kit.business_days import is_business_day

CASE_ID = "0193f2aa-5c1e-7e5e-8c1e-0193f2aa5c1e"


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("state", list(CaseState))
def test_each_act_is_taken_in_the_states_of_the_table_and_in_no_other(act, state):
    standing = Standing(state=state, assignee="a", proposed_by="b", evidence=1, receipt=True)
    move = MOVES[act]
    if state in move.at:
        assert require(act, standing, by="a") is (move.to or state)
        assert act in acts(state)
    else:
        with pytest.raises(CaseMoveNotAllowed):
            require(act, standing, by="a")
        assert act not in acts(state)


def test_every_state_is_reached_from_open_and_only_the_ends_have_no_way_out():
    reached, waiting = {CaseState.OPEN}, [CaseState.OPEN]
    while waiting:
        at = waiting.pop()
        further = {move.to for move in MOVES.values() if at in move.at and move.to} - reached
        reached |= further
        waiting += further
    assert reached == set(CaseState)
    ends = {state for state in CaseState if not acts(state)}
    assert ends == {CaseState.REPORTED, CaseState.CLOSED}


def test_who_decides_is_whom_the_case_is_given_to_and_who_agrees_is_somebody_else():
    at_work = Standing(state=CaseState.ANALYSIS, assignee="ana", evidence=1)
    for act in PROPOSING.values():
        assert MOVES[act].who is Who.ASSIGNEE
        assert require(act, at_work, by="ana") is CaseState.PROPOSED
        with pytest.raises(NotAssigned):
            require(act, at_work, by="bia")
    proposed = Standing(state=CaseState.PROPOSED, assignee="ana", proposed_by="ana")
    for act in AGREEING.values():
        with pytest.raises(OwnDecision):
            require(act, proposed, by="ana")
        require(act, proposed, by="bia")
    assert require(Act.SEND_BACK, proposed, by="ana") is CaseState.ANALYSIS


def test_a_report_needs_evidence_first_and_nobody_agrees_to_what_they_have_not_seen():
    bare = Standing(state=CaseState.ANALYSIS, assignee="ana")
    with pytest.raises(NothingToGoOn) as refused:
        require(Act.PROPOSE_REPORT, bare, by="ana")
    assert refused.value.facts["needs"] == First.EVIDENCE
    assert require(Act.PROPOSE_CLOSE, bare, by="ana") is CaseState.PROPOSED
    grown = Standing(state=CaseState.PROPOSED, assignee="ana", proposed_by="ana", seen_all=False)
    with pytest.raises(NothingToGoOn):
        require(Act.AGREE_CLOSE, grown, by="bia")
    with pytest.raises(NothingToGoOn):
        require(Act.SENT, Standing(state=CaseState.TO_REPORT), by="ana")


def test_the_clocks_are_those_of_the_rule():
    assert clocks.selection_due(date(2025, 11, 24)) == date(2026, 1, 8)
    assert clocks.analysis_due(date(2026, 1, 8)) == date(2026, 2, 22)
    # Friday's decision is reported on Monday; the day before Christmas's, which is a Wednesday, on the 26th.
    assert clocks.report_due(date(2025, 11, 21)) == date(2025, 11, 24)
    assert clocks.report_due(date(2025, 12, 24)) == date(2025, 12, 26)
    # Carnival's Friday of 2026: Monday and Tuesday are no business days.
    assert clocks.report_due(date(2026, 2, 13)) == date(2026, 2, 18)
    # 1 January is a holiday and 3, 4, 10 and 11 are weekend: the tenth business day of 2026 is the 15th.
    assert clocks.nil_due(2025) == date(2026, 1, 15)


@given(st.dates(date(2020, 10, 1), date(2060, 1, 1)))
def test_a_report_is_due_on_the_next_day_on_which_banks_are_open(decided_on):
    due = clocks.report_due(decided_on)
    assert due > decided_on
    assert is_business_day(due)
    between = [date.fromordinal(each) for each in range(decided_on.toordinal() + 1, due.toordinal())]
    assert not any(map(is_business_day, between))


def test_what_is_due_is_late_from_the_day_after_and_warns_a_week_before():
    due = date(2026, 1, 8)
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 8), date(2026, 1, 9)]
    assert [clocks.urgency(due, today=day) for day in days] == [
        Urgency.ON_TIME, Urgency.WARNING, Urgency.WARNING, Urgency.LATE,
    ]  # fmt: skip


def test_what_runs_to_a_moment_is_late_after_it_and_warns_as_long_before_as_its_clock_says():
    end = datetime(2026, 1, 8, 12, tzinfo=UTC)
    before = [timedelta(hours=25), timedelta(hours=24), timedelta(0), -timedelta(seconds=1)]
    stands = [clocks.urgency_at(end, clock=DueClock.BLOCK, now=end - each) for each in before]
    assert stands == [Urgency.ON_TIME, Urgency.WARNING, Urgency.WARNING, Urgency.LATE]
    assert clocks.urgency_at(end, clock=DueClock.MED_REFUND, now=end - timedelta(hours=25)) is Urgency.WARNING
    assert set(clocks.WARNINGS) == set(DueClock)


def a_trail(length: int) -> list[trail.Row]:
    rows: list[trail.Row] = []
    for number in range(length):
        rows.append(
            trail.follow(
                rows[-1] if rows else None, tenant_id="t", at_ms=number, actor="user:1", about=f"case/{number}", act="note",
                detail={"number": number},
            )
        )  # fmt: skip
    return rows


CHANGES = {
    "position": 99, "at_ms": 7_777, "actor": "user:2", "about": "case/x", "act": "assign", "detail": '{"number":9}',
    "previous": b"\1" * 32, "hash": b"\2" * 32, "tenant_id": "u",
}  # fmt: skip


@given(st.integers(0, 5), st.sampled_from(sorted(CHANGES)))
def test_a_row_that_is_changed_in_any_field_breaks_the_trail_there_or_at_the_next(place, name):
    rows = a_trail(6)
    rows[place] = replace(rows[place], **{name: CHANGES[name]})
    broken = trail.first_break(rows)
    assert broken is not None
    assert broken.position in (rows[place].position, place + 1, place + 2)


@given(st.integers(0, 4))
def test_a_row_that_is_taken_out_moved_or_put_in_breaks_the_trail(place):
    rows = a_trail(6)
    assert trail.first_break(rows) is None
    assert trail.first_break(rows[:place] + rows[place + 1 :]) is not None
    swapped = [*rows]
    swapped[place], swapped[place + 1] = rows[place + 1], rows[place]
    assert trail.first_break(swapped) is not None
    assert trail.first_break([*rows[: place + 1], rows[place], *rows[place + 1 :]]) is not None


def test_two_tenants_never_share_a_link_and_a_commitment_says_nothing_without_its_salt():
    assert trail.genesis("t") != trail.genesis("u")
    assert trail.commitment(b"a" * 16, b"x") != trail.commitment(b"b" * 16, b"x")
    assert trail.commitment(b"a" * 16, b"x") != trail.commitment(b"a" * 16, b"y")


@pytest.mark.parametrize(
    ("outcome", "label", "quiet_until", "right"),
    [
        (Outcome.REPORT, FraudKind.STRUCTURING, None, True),
        (Outcome.REPORT, None, None, True),
        (Outcome.REPORT, FraudKind.LEGITIMATE, None, False),
        (Outcome.REPORT, None, date(2026, 1, 1), False),
        (Outcome.CLOSE, FraudKind.LEGITIMATE, date(2026, 1, 1), True),
        (Outcome.CLOSE, FraudKind.STOLEN_CARD, date(2026, 1, 1), False),
        (Outcome.CLOSE, FraudKind.STOLEN_CARD, None, True),
        (Outcome.CLOSE, None, date(2025, 11, 24), False),
        (Outcome.CLOSE, None, date(2026, 11, 24), True),
        (Outcome.CLOSE, None, date(2026, 11, 25), False),
    ],
)
def test_a_decision_does_not_contradict_itself(outcome, label, quiet_until, right):
    proposal = Proposal(outcome=outcome, label=label, quiet_until=quiet_until, decisions=3)
    assert Proposal.of(proposal.as_document()) == proposal
    if right:
        check(proposal, today=date(2025, 11, 24))
    else:
        with pytest.raises(DecisionContradicts):
            check(proposal, today=date(2025, 11, 24))


def test_labels_have_the_same_ids_whenever_they_are_made():
    ids = [CASE_ID, "0193f2aa-5c1e-7e5e-8c1e-0193f2aa5c1f"]
    first, second = (labels(ids, tenant_id="t", case_id=CASE_ID, kind=FraudKind.MULE_FAN_IN, known_at_ms=at) for at in (1, 2))
    assert [each.label_id for each in first] == [each.label_id for each in second]
    assert len({each.label_id for each in first}) == 2
    assert {each.fraud for each in first} == {True}
    [right] = labels(ids[:1], tenant_id="t", case_id=CASE_ID, kind=FraudKind.LEGITIMATE, known_at_ms=1)
    assert right.fraud is False
