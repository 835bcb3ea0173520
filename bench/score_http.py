"""`baas bench score-http`: decisions by the scorer's RPC door, state applied and logged.

At 1,000 a second, at 3,000 alone and beside 20,000 messages a second at the other door, as many as it gives to clients that
wait, and at twice the knee: the highest rate at which everything is decided, 99 of 100 within a quarter of the usual deadline.
"""

import os
import sys

from bench.kafka_load import kafka_load
from bench.offered import CONNECTIONS, Answers, offer
from bench.random_traffic import START_MS, STEP_MS, random_messages
from bench.report import Report, parser
from bench.scorer_place import ScorerPlace, end_offset, scorer_place, wait_until
from contracts.topics import DECISIONS
from streams.scorer.admission import DEFAULT_DEADLINE_MS

RATE_PER_S = 1_000
BUSY_RATE_PER_S = 3_000
KAFKA_RATE_PER_S = 20_000
MANY_CONNECTIONS = 1_024
PAUSE_S = 0.001  # between the client's looks at many connections: the server needs the processors more
KNEE_P99_MS = DEFAULT_DEADLINE_MS / 4
OVERLOAD = 2.0
FULL, QUICK = (12, 3, 6), (4, 1, 4)
_LEAST_OVERLOAD = 1.9  # a client that offers less has not measured an overload
_WARM_UP_S = 3
_MOST_REQUESTS = 20_000
_BEYOND = 1.25  # a rate that does not hold, by that at which waiting clients are answered
_KNEE_S = 2
_KNEE_TRIES = 2  # one hiccup of the machine is no knee
_UNLOADED_S = 2


class _Messages:
    """Messages that no request carried before, in order of time."""

    def __init__(self) -> None:
        self._seed = os.getpid()  # another run's ids are others
        self.start_ms = START_MS
        self.taken = 0

    def take(self, count: int, *, step_ms: int = STEP_MS) -> list[bytes]:
        found = random_messages(count, seed=self._seed, start_ms=self.start_ms, step_ms=step_ms)
        self._seed += 1
        self.start_ms += count * step_ms
        self.taken += count
        return found


def main() -> int:
    """Run the bench and print its report."""
    options = parser("score-http", "Scoring requests at fixed rates").parse_args()
    seconds, rounds, steps = QUICK if options.quick else FULL
    report = Report("score-http")
    with report.loaded(), scorer_place() as place:
        place.start()
        place.give_champion()
        messages = _Messages()
        offer(place.rpc_port, messages.take(_WARM_UP_S * RATE_PER_S), rate_per_s=RATE_PER_S)
        _at(report, place, messages, rate_per_s=RATE_PER_S, seconds=seconds, rounds=rounds, prefix="")
        _at(report, place, messages, rate_per_s=BUSY_RATE_PER_S, seconds=seconds, rounds=1, prefix="busy_")
        _beside_kafka(report, place, messages, seconds=seconds)
        most_per_s = _most(report, place, messages)
        knee_per_s = _knee(report, place, messages, most_per_s=most_per_s, steps=steps)
        _overload(report, place, messages, knee_per_s=knee_per_s, seconds=seconds / 2)
        report.settings |= {
            "rate_per_s": RATE_PER_S, "busy_rate_per_s": BUSY_RATE_PER_S, "kafka_rate_per_s": KAFKA_RATE_PER_S,
            "connections": CONNECTIONS, "overload_connections": MANY_CONNECTIONS, "overload_pause_s": PAUSE_S,
            "overload": OVERLOAD, "seconds": seconds, "rounds": rounds,
            "knee_p99_bound_ms": KNEE_P99_MS, "knee_seconds": _KNEE_S,
        }  # fmt: skip
    report.publish()
    return 0


def _all_decided(answers: Answers, count: int) -> Answers:
    if answers.statuses != {200: count}:
        raise RuntimeError(f"not every request was answered with a decision: {dict(answers.statuses)}")
    return answers


def _at(
    report: Report, place: ScorerPlace, messages: _Messages, *, rate_per_s: int, seconds: int, rounds: int, prefix: str
) -> None:
    """A fixed rate, alone."""
    begins, count = end_offset(place.kafka, DECISIONS), rate_per_s * seconds
    found = [_all_decided(offer(place.rpc_port, messages.take(count), rate_per_s=rate_per_s), count) for _ in range(rounds)]
    wait_until(lambda: end_offset(place.kafka, DECISIONS) >= begins + count * rounds, "every decision in the log")
    _figures(report, found, prefix=prefix)
    report.figure(f"{prefix}rate_per_s", [count / answers.seconds for answers in found])


def _figures(report: Report, found: list[Answers], *, prefix: str) -> None:
    for name, share_pct in (("p50", 50), ("p99", 99), ("p999", 99.9)):
        report.figure(f"{prefix}{name}_ms", [answers.quantile_ms(share_pct) for answers in found])


def _beside_kafka(report: Report, place: ScorerPlace, messages: _Messages, *, seconds: int) -> None:
    """The busy rate while the other door is flooded: what a request waits for a batch of messages."""
    begins = end_offset(place.kafka, DECISIONS)
    flood, count = KAFKA_RATE_PER_S * seconds, BUSY_RATE_PER_S * seconds
    load = kafka_load(place, rate_per_s=KAFKA_RATE_PER_S, seconds=seconds, seed=2**32 - 1, start_ms=messages.start_ms)
    offered = messages.take(count, step_ms=flood * STEP_MS // count)  # over the same hours, so that neither is late
    with load as playing:
        playing.begin()
        answers = _all_decided(offer(place.rpc_port, offered, rate_per_s=BUSY_RATE_PER_S), count)
        decided = end_offset(place.kafka, DECISIONS) - begins - count
    _figures(report, [answers], prefix="beside_kafka_")
    report.figure("beside_kafka_messages_per_s", decided / answers.seconds)
    wait_until(lambda: end_offset(place.kafka, DECISIONS) >= begins + count + flood, "every decision in the log")


def _most(report: Report, place: ScorerPlace, messages: _Messages) -> float:
    """As many as the connections get answered, each asking again at once."""
    answers = offer(place.rpc_port, messages.take(_MOST_REQUESTS), rate_per_s=None, connections=CONNECTIONS)
    _all_decided(answers, _MOST_REQUESTS)
    report.figure("most_p99_ms", answers.quantile_ms(99))
    return report.figure("most_per_s", _MOST_REQUESTS / answers.seconds)


def _knee(report: Report, place: ScorerPlace, messages: _Messages, *, most_per_s: float, steps: int) -> float:
    """The highest rate that holds, by halving the interval between one that does and one that does not."""
    holds_per_s, fails_per_s, p99_ms = 0.0, _BEYOND * most_per_s, 0.0
    for _ in range(steps):
        rate_per_s = (holds_per_s + fails_per_s) / 2
        held_ms = _held_ms(place, messages, rate_per_s=rate_per_s)
        if held_ms is None:
            fails_per_s = rate_per_s
        else:
            holds_per_s, p99_ms = rate_per_s, held_ms
    if not holds_per_s:
        raise RuntimeError(f"not even {fails_per_s:.0f} requests a second are decided within {KNEE_P99_MS:.0f} ms")
    report.figure("knee_p99_ms", p99_ms)
    return report.figure("knee_per_s", holds_per_s)


def _held_ms(place: ScorerPlace, messages: _Messages, *, rate_per_s: float) -> float | None:
    """The p99 at a rate at which everything is decided and the p99 is within the bound; None where that is not so, twice."""
    count = int(rate_per_s * _KNEE_S)
    for _ in range(_KNEE_TRIES):
        answers = offer(
            place.rpc_port, messages.take(count), rate_per_s=rate_per_s, connections=MANY_CONNECTIONS, pause_s=PAUSE_S
        )
        if answers.statuses == {200: count} and (p99_ms := answers.quantile_ms(99)) <= KNEE_P99_MS:
            return p99_ms
    return None


def _overload(report: Report, place: ScorerPlace, messages: _Messages, *, knee_per_s: float, seconds: float) -> None:
    """Twice the knee: who is decided still comes in time, the rest is turned away, and afterwards all is as before."""
    rate_per_s = OVERLOAD * knee_per_s
    count = int(rate_per_s * seconds)
    answers = offer(place.rpc_port, messages.take(count), rate_per_s=rate_per_s, connections=MANY_CONNECTIONS, pause_s=PAUSE_S)
    after = _UNLOADED_S * RATE_PER_S
    recovered = _all_decided(offer(place.rpc_port, messages.take(after), rate_per_s=RATE_PER_S), after)
    report.figure("recovered_p99_ms", recovered.quantile_ms(99))
    statuses, offered_per_s = answers.statuses, count / answers.offered_s
    if set(statuses) - {200, 503} or statuses.total() != count or answers.without_retry_after:
        raise RuntimeError(
            f"an overloaded door answers 200, or 503 and when to come again: {dict(statuses)} of {count}, "
            f"{answers.without_retry_after} without Retry-After"
        )
    if offered_per_s < _LEAST_OVERLOAD * knee_per_s:
        raise RuntimeError(f"this client offers no more than {offered_per_s:.0f} a second, the knee is {knee_per_s:.0f}")
    _figures(report, [answers], prefix="overload_")
    report.figure("overload_offered_per_s", offered_per_s)
    report.figure("overload_decided_per_s", statuses[200] / answers.seconds)
    report.figure("overload_shed_share_pct", 100 * statuses[503] / count)
    if statuses[503]:
        report.figure("overload_shed_p99_ms", answers.quantile_ms(99, status=503))


if __name__ == "__main__":
    sys.exit(main())
