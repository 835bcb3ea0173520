"""How many requests the scorer's door lets in."""

import pytest

from contracts.transactions import RefusedMessage
from streams.scorer.admission import DEFAULT_DEADLINE_MS, MAX_DEADLINE_MS, MOST_INSIDE, Admission, deadline_ms_of


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


@pytest.mark.parametrize("header", [b"0", b"-5", b"1.5", b"soon", b"", b"9" * 10])
def test_a_deadline_that_is_no_number_of_milliseconds_is_refused(header):
    with pytest.raises(RefusedMessage, match="x-deadline-ms"):
        deadline_ms_of(header)


def test_a_deadline_is_what_the_caller_says_up_to_a_bound():
    assert deadline_ms_of(None) == DEFAULT_DEADLINE_MS
    assert deadline_ms_of(b"7") == 7
    assert deadline_ms_of(b"999999999") == MAX_DEADLINE_MS
