"""How many requests the scorer's door lets in."""

import pytest

from contracts.transactions import RefusedMessage
from streams.scorer.admission import (
    DEFAULT_DEADLINE_MS,
    MAX_DEADLINE_MS,
    MOST_INSIDE,
    WAITING_SHARE,
    Admission,
    deadline_ms_of,
)
from streams.scorer.lanes import SLICE_EVENTS


def filled(admission: Admission, *, deadline_ms: int) -> int:
    """How many single requests are let in while nothing is answered."""
    while admission.admits(1, deadline_ms=deadline_ms):
        admission.enter(1)
    return admission.inside


def test_more_are_let_in_where_each_costs_less_and_where_callers_wait_longer():
    slow, fast = Admission(), Admission()
    for _ in range(200):
        slow.measured(100, seconds=0.050)
        fast.measured(100, seconds=0.005)
    patient = Admission(turn_s=fast.turn_s, each_s=fast.each_s)
    assert filled(slow, deadline_ms=100) < filled(fast, deadline_ms=100) < filled(patient, deadline_ms=400)


def test_what_is_let_in_is_answered_within_a_part_of_the_deadline():
    admission = Admission()
    for _ in range(200):
        admission.measured(1, seconds=0.001)
        admission.measured(100, seconds=0.021)
    assert admission.each_s == pytest.approx(0.0002, rel=0.01)
    assert filled(admission, deadline_ms=100) * 0.0002 < 0.030


def test_one_at_a_time_is_always_taken_however_slow_the_machine():
    admission = Admission()
    for _ in range(200):
        admission.measured(1, seconds=0.4)
    assert admission.admits(1, deadline_ms=50)
    admission.enter(1)
    assert not admission.admits(1, deadline_ms=50)
    admission.leave(1)
    assert admission.admits(1, deadline_ms=50)


def test_slow_single_requests_do_not_make_a_burst_look_expensive():
    admission = Admission()
    for _ in range(200):
        admission.measured(1, seconds=0.001)
    assert filled(admission, deadline_ms=DEFAULT_DEADLINE_MS) > 150


def test_no_more_than_the_bound_is_ever_inside():
    admission = Admission()
    for _ in range(500):
        admission.measured(1, seconds=1e-6)
        admission.measured(100, seconds=1e-5)
    assert filled(admission, deadline_ms=MAX_DEADLINE_MS) == MOST_INSIDE


ANSWERED_S, DECIDED_S, TURN_S = 30e-6, 60e-6, 500e-6  # what a request's reading and answer, a decision, and a turn take


def flooded(admission: Admission, *, connections: int, rounds: int) -> tuple[float, float]:
    """A door whose clients all ask again at once: (decisions a second, seconds of the longest round) of the later half."""
    decided, taken_s = [], []
    for _ in range(rounds):
        for _ in range(connections):
            if admission.admits(1, deadline_ms=DEFAULT_DEADLINE_MS):
                admission.enter(1)
            else:
                admission.turned_away()
        decided.append(min(admission.inside, SLICE_EVENTS))
        between_s, seconds = connections * ANSWERED_S, TURN_S + decided[-1] * DECIDED_S
        admission.leave(decided[-1])
        admission.measured(decided[-1], seconds=seconds, between_s=between_s)
        taken_s.append(between_s + seconds)
    later = rounds // 2
    return sum(decided[later:]) / sum(taken_s[later:]), max(taken_s[later:])


@pytest.mark.parametrize(("connections", "least_per_s"), [(64, 8_000), (256, 5_000), (1_024, 1_500), (4_096, 400)])
def test_a_flood_that_is_turned_away_leaves_room_for_decisions(connections, least_per_s):
    assert flooded(Admission(), connections=connections, rounds=400)[0] > least_per_s


def test_who_is_decided_in_a_flood_waits_two_rounds_at_most_within_a_part_of_the_deadline():
    """Unread for one, inside for the other."""
    assert 2 * flooded(Admission(), connections=256, rounds=400)[1] * 1_000 < DEFAULT_DEADLINE_MS * WAITING_SHARE * 1.2


@pytest.mark.parametrize("count", [1, 5, 100])
def test_one_turn_that_was_held_up_does_not_close_the_door(count):
    admission = Admission()
    for _ in range(200):
        admission.measured(1, seconds=TURN_S)
        admission.measured(100, seconds=TURN_S + 100 * DECIDED_S)
    before = filled(admission, deadline_ms=DEFAULT_DEADLINE_MS)
    admission.leave(before)
    admission.measured(count, seconds=0.2)
    assert filled(admission, deadline_ms=DEFAULT_DEADLINE_MS) > before / 2


def test_after_a_flood_as_many_are_let_in_as_before():
    admission = Admission()
    for _ in range(200):
        admission.measured(1, seconds=TURN_S)
        admission.measured(100, seconds=TURN_S + 100 * DECIDED_S)
    before = filled(admission, deadline_ms=DEFAULT_DEADLINE_MS)
    admission.leave(before)
    flooded(admission, connections=1_024, rounds=400)
    admission.leave(admission.inside)
    for _ in range(50):
        admission.measured(1, seconds=TURN_S, between_s=ANSWERED_S)
        admission.measured(100, seconds=TURN_S + 100 * DECIDED_S, between_s=ANSWERED_S)
    assert filled(admission, deadline_ms=DEFAULT_DEADLINE_MS) == pytest.approx(before, rel=0.1)


@pytest.mark.parametrize("header", [b"0", b"-5", b"1.5", b"soon", b"", b"9" * 10])
def test_a_deadline_that_is_no_number_of_milliseconds_is_refused(header):
    with pytest.raises(RefusedMessage, match="x-deadline-ms"):
        deadline_ms_of(header)


def test_a_deadline_is_what_the_caller_says_up_to_a_bound():
    assert deadline_ms_of(None) == DEFAULT_DEADLINE_MS
    assert deadline_ms_of(b"7") == 7
    assert deadline_ms_of(b"999999999") == MAX_DEADLINE_MS
