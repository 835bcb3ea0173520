"""`baas bench score-http`: decisions by the scorer's RPC door, state applied and logged.

At 1,000 a second, at 3,000 alone and beside 20,000 messages a second at the other door, as many as it gives, and at twice that.
"""

import os
import sys

from bench.kafka_load import kafka_load
from bench.offered import CONNECTIONS, Answers, offer
from bench.random_traffic import START_MS, STEP_MS, random_messages
from bench.report import Report, parser
from bench.scorer_place import ScorerPlace, end_offset, scorer_place, wait_until
from contracts.topics import DECISIONS

RATE_PER_S = 1_000
BUSY_RATE_PER_S = 3_000
KAFKA_RATE_PER_S = 20_000
MANY_CONNECTIONS = 256
OVERLOAD = 2.0
FULL, QUICK = (12, 3), (4, 1)
_WARM_UP_S = 3
_KNEE_REQUESTS = 20_000
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
    seconds, rounds = QUICK if options.quick else FULL
    report = Report("score-http")
    with report.loaded(), scorer_place() as place:
        place.start()
        place.give_champion()
        messages = _Messages()
        offer(place.rpc_port, messages.take(_WARM_UP_S * RATE_PER_S), rate_per_s=RATE_PER_S)
        _at(report, place, messages, rate_per_s=RATE_PER_S, seconds=seconds, rounds=rounds, prefix="")
        _at(report, place, messages, rate_per_s=BUSY_RATE_PER_S, seconds=seconds, rounds=1, prefix="busy_")
        _beside_kafka(report, place, messages, seconds=seconds)
        knee_per_s = _knee(report, place, messages)
        _overload(report, place, messages, rate_per_s=OVERLOAD * knee_per_s, seconds=seconds / 2)
        report.settings |= {
            "rate_per_s": RATE_PER_S, "busy_rate_per_s": BUSY_RATE_PER_S, "kafka_rate_per_s": KAFKA_RATE_PER_S,
            "connections": CONNECTIONS, "overload_connections": MANY_CONNECTIONS, "overload": OVERLOAD, "seconds": seconds,
            "rounds": rounds,
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


def _knee(report: Report, place: ScorerPlace, messages: _Messages) -> float:
    """As many as the connections get answered, each asking again at once."""
    answers = offer(place.rpc_port, messages.take(_KNEE_REQUESTS), rate_per_s=None, connections=CONNECTIONS)
    _all_decided(answers, _KNEE_REQUESTS)
    report.figure("most_p99_ms", answers.quantile_ms(99))
    return report.figure("most_per_s", _KNEE_REQUESTS / answers.seconds)


def _overload(report: Report, place: ScorerPlace, messages: _Messages, *, rate_per_s: float, seconds: float) -> None:
    """Twice what it can: who is decided still comes in time, the rest is turned away, and afterwards all is as before."""
    count = int(rate_per_s * seconds)
    answers = offer(place.rpc_port, messages.take(count), rate_per_s=rate_per_s, connections=MANY_CONNECTIONS)
    if set(answers.statuses) - {200, 503}:
        raise RuntimeError(f"an overloaded door answers 200 or 503: {dict(answers.statuses)}")
    _figures(report, [answers], prefix="overload_")
    report.figure("overload_offered_per_s", count / answers.seconds)
    report.figure("overload_decided_per_s", answers.statuses[200] / answers.seconds)
    report.figure("overload_shed_share_pct", 100 * answers.statuses[503] / count)
    after = _UNLOADED_S * RATE_PER_S
    recovered = _all_decided(offer(place.rpc_port, messages.take(after), rate_per_s=RATE_PER_S), after)
    report.figure("recovered_p99_ms", recovered.quantile_ms(99))


if __name__ == "__main__":
    sys.exit(main())
