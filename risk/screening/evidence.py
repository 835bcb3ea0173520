"""What a date of birth and countries add to, or take from, two names that are alike.

Weights are additions to the log-odds of the names' score. They are chosen: a day that agrees is met by chance once in some
20,000 pairs, but lists and customers' records are wrong often enough that a single fact must not outweigh the names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from risk.screening.entry import BIRTH


class Birth(StrEnum):
    """How dates of birth agree."""

    SAME_DAY = "same-day"
    SWAPPED = "day-and-month-swapped"
    SAME_YEAR = "same-year"
    NEAR = "a-year-apart"
    APART = "apart"
    UNKNOWN = "unknown"


class Countries(StrEnum):
    """How countries agree."""

    SHARED = "shared"
    APART = "apart"
    UNKNOWN = "unknown"


BIRTH_LOG_ODDS = {
    Birth.SAME_DAY: 2.0, Birth.SWAPPED: 1.2, Birth.SAME_YEAR: 0.7, Birth.NEAR: 0.0, Birth.APART: -2.5, Birth.UNKNOWN: 0.0,
}  # fmt: skip
COUNTRIES_LOG_ODDS = {Countries.SHARED: 0.4, Countries.APART: -0.6, Countries.UNKNOWN: 0.0}


@dataclass(frozen=True, slots=True)
class Evidence:
    """How two records agree beside their names."""

    birth: Birth
    countries: Countries

    @property
    def log_odds(self) -> float:
        """What it adds to the log-odds that both are one."""
        return BIRTH_LOG_ODDS[self.birth] + COUNTRIES_LOG_ODDS[self.countries]


def evidence(
    *, births: Sequence[str], listed_births: Sequence[str], countries: Sequence[str], listed_countries: Sequence[str]
) -> Evidence:
    """Compare births (as `entry.Entry` has them) and countries; where several are given the best pair counts."""
    pairs = [_birth(one, other) for one in births for other in listed_births]
    birth = min(pairs, key=lambda each: -BIRTH_LOG_ODDS[each]) if pairs else Birth.UNKNOWN
    if not countries or not listed_countries:
        met = Countries.UNKNOWN
    else:
        met = Countries.SHARED if set(countries) & set(listed_countries) else Countries.APART
    return Evidence(birth, met)


def _birth(one: str, other: str) -> Birth:
    first, second = BIRTH.fullmatch(one), BIRTH.fullmatch(other)
    if first is None or second is None:
        return Birth.UNKNOWN
    if first[1] and second[1] and first[3] and second[3]:
        if first.group(1, 2, 3) == second.group(1, 2, 3):
            return Birth.SAME_DAY
        if first[1] == second[1] and first.group(2, 3) == second.group(3, 2):
            return Birth.SWAPPED
    (low, high), (least, most) = _years(first.groups()), _years(second.groups())
    if low <= most and least <= high:
        return Birth.SAME_YEAR
    return Birth.NEAR if min(abs(low - most), abs(least - high)) <= 1 else Birth.APART


def _years(groups: Sequence[str | None]) -> tuple[int, int]:
    if groups[0] is not None:
        return int(groups[0]), int(groups[0])
    return int(groups[3] or 0), int(groups[4] or 0)
