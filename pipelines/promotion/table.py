"""What the gate found, for people at a terminal."""

from collections.abc import Iterator
from datetime import UTC, datetime

from risk.gate import ALERT_SHARE, GateResult


def lines(result: GateResult) -> Iterator[str]:
    """Yield the result line by line."""
    first, last = (datetime.fromtimestamp(moment / 1000, UTC) for moment in (result.from_ms, result.until_ms))
    yield (
        f"{result.decisions:,} decisions from {first:%Y-%m-%d} to {last:%Y-%m-%d}, whose labels are known and that neither "
        f"learned from, {result.frauds:,} frauds"
    )
    yield (
        f"average precision: champion {result.champion_average_precision:.4f}, challenger "
        f"{result.challenger_average_precision:.4f}, gain {result.gain:+.4f} [{result.gain_low:+.4f}, {result.gain_high:+.4f}]"
    )
    yield f"microseconds a decision: champion {result.champion_us:.2f}, challenger {result.challenger_us:.2f}"
    yield ""
    heads = ("frauds", 10), ("champion", 11), ("challenger", 12), ("false", 9), ("false", 9)
    yield f"where each flags {ALERT_SHARE:.1%} of all decisions" + "".join(f"{word:>{width}}" for word, width in heads)
    for group in result.groups:
        name = f"{group.dimension}: {group.group}" + ("" if group.large else " (small)")
        yield (
            f"{name:<39}{group.frauds:>10,}{group.champion_recall:>11.1%}{group.challenger_recall:>12.1%}"
            f"{group.champion_false_alarms:>9,}{group.challenger_false_alarms:>9,}"
        )
    yield ""
    yield from (f"against it: {problem}" for problem in result.problems)
    if result.passed:
        yield "nothing speaks against it"
