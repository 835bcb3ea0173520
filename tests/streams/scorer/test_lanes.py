"""How many messages a slice holds while requests come."""

from streams.scorer.lanes import LEAST_SLICE_EVENTS, SLICE_EVENTS, SLICE_S, Lanes


def after_a_request(*, each_s: float) -> Lanes:
    lanes = Lanes()
    for _ in range(500):
        lanes.measured(100, seconds=100 * each_s)
    with lanes.express():
        pass
    return lanes


def test_a_slice_is_whole_while_no_request_comes():
    lanes = Lanes()
    lanes.measured(10, seconds=10.0)
    assert lanes.slice_events() == SLICE_EVENTS


def test_a_slice_holds_the_engine_for_its_time_once_requests_come():
    lanes = after_a_request(each_s=10e-6)
    assert 0.9 * SLICE_S <= lanes.slice_events() * 10e-6 <= SLICE_S


def test_a_slice_is_never_so_small_that_messages_come_to_a_halt():
    assert after_a_request(each_s=1.0).slice_events() == LEAST_SLICE_EVENTS


def test_a_slice_of_cheap_messages_is_no_larger_than_without_requests():
    assert after_a_request(each_s=1e-9).slice_events() == SLICE_EVENTS
