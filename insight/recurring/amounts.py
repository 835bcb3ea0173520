"""How the amounts of something that comes again move, in whole minor units and parts per million: no float touches them."""

from collections.abc import Sequence
from itertools import pairwise
from math import log2

from insight.recurring.series import Period

PPM = 1_000_000
MOST_STEP_PPM = {
    Period.WEEKLY: 120_000, Period.FORTNIGHTLY: 150_000, Period.MONTHLY: 330_000, Period.YEARLY: 300_000,
}  # fmt: skip
"""What comes again changes by less than this from one time to the next, mostly."""
_SAME_PPM = 5_000
_CHANCE_STEP_PPM = 600_000
_MOST_BITS = 3.0
HELD_PPM = 900_000
"""The share of past steps that an interval for the next one holds."""
_RECENT = 12
APART_PPM = 120_000


def steps_ppm(amounts: Sequence[int]) -> list[int]:
    """Return by how much each amount differs from the one before it, of the smaller of the two; always positive."""
    return [abs(after - before) * PPM // min(after, before) for before, after in pairwise(amounts)]


def is_steady(amounts: Sequence[int], period: Period) -> bool:
    """Whether amounts mostly stay about as they are."""
    return median(steps_ppm(amounts)) <= MOST_STEP_PPM[period]


def is_flat(amounts: Sequence[int]) -> bool:
    """Whether amounts stay the same but for a rise now and then, as those of a subscription do."""
    steps = steps_ppm(amounts)
    return 3 * sum(step <= _SAME_PPM for step in steps) >= 2 * len(steps)


def bits(amounts: Sequence[int]) -> float:
    """Return how much rarer than by chance it is that amounts stay so much alike."""
    won = 0.0
    for step in steps_ppm(amounts):
        won += min(-log2(min(1.0, step / _CHANCE_STEP_PPM + 0.05)), _MOST_BITS)
    return won


def interval(amounts: Sequence[int]) -> tuple[int, int]:
    """Return the least and the most that the next amount should be, around the last one, by the recent steps."""
    last = amounts[-1]
    steps = sorted(steps_ppm(amounts[-_RECENT - 1 :]))
    if not steps:
        return last, last
    # The rank of a conformal quantile: the next step is one more of them (Vovk et al. 2005, section 2.2).
    rank = -(-(len(steps) + 1) * HELD_PPM // PPM)
    reach = steps[min(rank, len(steps)) - 1]
    return last * PPM // (PPM + reach), last + last * reach // PPM


def apart(amounts: Sequence[int]) -> list[list[int]]:
    """Return the places of amounts in groups that lie apart: no amount is near one of another group."""
    order = sorted(range(len(amounts)), key=lambda place: amounts[place])
    cuts = [
        turn
        for turn, (one, next_one) in enumerate(pairwise(order), start=1)
        if (amounts[next_one] - amounts[one]) * PPM > amounts[one] * APART_PPM
    ]
    ends = [0, *cuts, len(order)]
    return [sorted(order[start:end]) for start, end in pairwise(ends)]


def median(values: Sequence[int]) -> int:
    """Return the lower middle value."""
    return sorted(values)[(len(values) - 1) // 2]


def quantiles(values: Sequence[int]) -> tuple[int, int]:
    """Return values that hold nine tenths of the given ones between them."""
    ordered = sorted(values)
    out = len(ordered) // 20
    return ordered[out], ordered[-1 - out]
