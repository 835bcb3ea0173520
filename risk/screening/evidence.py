"""What a date of birth and countries add to, or take from, two names that are alike.

Weights are additions to the log-odds of the names' score. They are chosen: a day that agrees is met by chance once in some
20,000 pairs, but lists and customers' records are wrong often enough that a single fact must not outweigh the names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from risk.screening.entry import BIRTH


class BirthAgreement(StrEnum):
    """How dates of birth agree."""

    SAME_DAY = "same-day"
    SWAPPED = "day-and-month-swapped"
    SAME_YEAR = "same-year"
    NEAR = "a-year-apart"
    APART = "apart"
    UNKNOWN = "unknown"


class CountryAgreement(StrEnum):
    """How countries agree."""

    SHARED = "shared"
    APART = "apart"
    UNKNOWN = "unknown"


BIRTH_LOG_ODDS = {
    BirthAgreement.SAME_DAY: 2.0, BirthAgreement.SWAPPED: 1.2, BirthAgreement.SAME_YEAR: 0.7,
    BirthAgreement.NEAR: 0.0, BirthAgreement.APART: -2.5, BirthAgreement.UNKNOWN: 0.0,
}  # fmt: skip
COUNTRIES_LOG_ODDS = {CountryAgreement.SHARED: 0.4, CountryAgreement.APART: -0.6, CountryAgreement.UNKNOWN: 0.0}


@dataclass(frozen=True, slots=True)
class Evidence:
    """How two records agree beside their names."""

    birth: BirthAgreement
    countries: CountryAgreement

    @property
    def log_odds(self) -> float:
        """What it adds to the log-odds that both are one."""
        return BIRTH_LOG_ODDS[self.birth] + COUNTRIES_LOG_ODDS[self.countries]


def evidence(
    *, births: Sequence[str], listed_births: Sequence[str], countries: Sequence[str], listed_countries: Sequence[str]
) -> Evidence:
    """Compare births (as `entry.Entry` has them) and countries; where several are given the best pair counts."""
    pairs = [_birth(one, other) for one in births for other in listed_births]
    birth = min(pairs, key=lambda each: -BIRTH_LOG_ODDS[each]) if pairs else BirthAgreement.UNKNOWN
    if not countries or not listed_countries:
        met = CountryAgreement.UNKNOWN
    else:
        met = CountryAgreement.SHARED if set(countries) & set(listed_countries) else CountryAgreement.APART
    return Evidence(birth, met)


def _birth(one: str, other: str) -> BirthAgreement:
    first, second = BIRTH.fullmatch(one), BIRTH.fullmatch(other)
    if first is None or second is None:
        return BirthAgreement.UNKNOWN
    if first[1] and second[1] and first[3] and second[3]:
        if first.group(1, 2, 3) == second.group(1, 2, 3):
            return BirthAgreement.SAME_DAY
        if first[1] == second[1] and first.group(2, 3) == second.group(3, 2):
            return BirthAgreement.SWAPPED
    (low, high), (least, most) = _years(first.groups()), _years(second.groups())
    if low <= most and least <= high:
        return BirthAgreement.SAME_YEAR
    return BirthAgreement.NEAR if min(abs(low - most), abs(least - high)) <= 1 else BirthAgreement.APART


def _years(groups: Sequence[str | None]) -> tuple[int, int]:
    if groups[0] is not None:
        return int(groups[0]), int(groups[0])
    return int(groups[3] or 0), int(groups[4] or 0)
