"""Which decisions are compared with which. All periods are half-open, in milliseconds of event time. Pure."""

from dataclasses import dataclass
from typing import NamedTuple

from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS

WEEK_MS = 7 * DAY_MS
REFERENCE_WEEKS, CURRENT_DAYS, MOST_WEEKS = 4, 7, 12


class Period(NamedTuple):
    """[from_ms, until_ms)."""

    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of a model that knew nothing after `cutoff_ms`, at `until_ms`.

    `reference`, oldest first, are the last weeks that it learned from: training leaves out the `LABEL_DELAY_MS` before the
    cutoff. `baseline` is the last of them, which training judges by and never learns from. `known` are the whole weeks since
    whose labels are known now, newest first and at most `MOST_WEEKS`; `young` is what came after them.
    """

    cutoff_ms: int
    until_ms: int
    reference: tuple[Period, ...]
    current: Period
    known: tuple[Period, ...]
    young: Period

    @property
    def baseline(self) -> Period:
        """The week that the model was judged by."""
        return self.reference[-1]

    @property
    def learned(self) -> Period:
        """The whole reference."""
        return Period(self.reference[0].from_ms, self.reference[-1].until_ms)

    @property
    def since(self) -> Period:
        """Everything after the reference that is looked at."""
        oldest = self.known[-1].from_ms if self.known else self.young.from_ms
        return Period(min(oldest, self.current.from_ms), self.until_ms)


def periods(
    *, cutoff_ms: int, until_ms: int, reference_weeks: int = REFERENCE_WEEKS, current_days: int = CURRENT_DAYS
) -> Periods:
    """Lay the periods out. Raises ValueError where the current one would begin within the reference."""
    learned_until = cutoff_ms - LABEL_DELAY_MS
    current = Period(until_ms - current_days * DAY_MS, until_ms)
    if current.from_ms < learned_until:
        raise ValueError("the last days are among those that the model learned from")
    known_until = max(until_ms - LABEL_DELAY_MS, learned_until)
    count = min((known_until - learned_until) // WEEK_MS, MOST_WEEKS)
    return Periods(
        cutoff_ms=cutoff_ms,
        until_ms=until_ms,
        reference=tuple(_week(learned_until, back) for back in reversed(range(reference_weeks))),
        current=current,
        known=tuple(_week(known_until, back) for back in range(count)),
        young=Period(known_until, until_ms),
    )


def _week(until_ms: int, back: int) -> Period:
    return Period(until_ms - (back + 1) * WEEK_MS, until_ms - back * WEEK_MS)
