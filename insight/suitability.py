"""What a customer says of themselves as an investor, and the profile that it comes to. Pure.

CVM Resolution 30 of 2021 has whoever recommends find out three things (article 3): whether a product fits the client's
objectives, whether their situation allows it, and whether they know enough to understand its risks; and class clients by risk
(article 4). All three have to hold at once, so that the lowest of them is the profile. No recommendation is made without a
profile, or by one that is out of date (article 2 and those after it); one holds for 24 months here, stricter than what the
regulator asks since 2024.
"""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

VALID_MONTHS = 24
# Raised whenever a question or its points change: answers to another questionnaire are not compared with these.
QUESTIONNAIRE = 1


class Profile(StrEnum):
    """How much risk suits a customer, least first."""

    CONSERVATIVE = "conservative"
    MODERATE = "moderate"
    AGGRESSIVE = "aggressive"


class Group(StrEnum):
    """What the resolution wants to be known."""

    OBJECTIVES = "objectives"
    SITUATION = "situation"
    KNOWLEDGE = "knowledge"


class Horizon(StrEnum):
    """When the money will be wanted."""

    UNDER_1_YEAR = "under-1-year"
    UNDER_3_YEARS = "under-3-years"
    UNDER_5_YEARS = "under-5-years"
    LATER = "later"


class Purpose(StrEnum):
    """What the money is for."""

    KEEP = "keep-what-i-have"
    INCOME = "an-income"
    GROW = "grow-above-inflation"
    GROW_MOST = "grow-as-much-as-it-can"


class Loss(StrEnum):
    """What they would do when a tenth of it is lost in a month."""

    SELL_ALL = "sell-all"
    SELL_SOME = "sell-some"
    WAIT = "wait"
    BUY = "buy-more"


class Income(StrEnum):
    """How sure their regular income is."""

    NONE = "none"
    UNSURE = "unsure"
    MOSTLY_SURE = "mostly-sure"
    SURE = "sure"


class Wealth(StrEnum):
    """Which share of all that they own this money is."""

    NEARLY_ALL = "nearly-all"
    OVER_HALF = "over-half"
    UNDER_HALF = "under-half"
    UNDER_TENTH = "under-a-tenth"


class Need(StrEnum):
    """Whether they could need it before."""

    SURELY = "surely"
    PROBABLY = "probably"
    HARDLY = "hardly"
    NO = "no"


class Familiar(StrEnum):
    """The riskiest that they have had and understood."""

    SAVINGS = "savings-account"
    BONDS = "bonds-and-deposits"
    FUNDS = "funds"
    SHARES = "shares"


class Traded(StrEnum):
    """How often they bought or sold such things in the last two years."""

    NEVER = "never"
    ONCE_OR_TWICE = "once-or-twice"
    YEARLY = "a-few-times-a-year"
    MONTHLY = "monthly"


class Learned(StrEnum):
    """What they learned of it: at school, at work, by themselves."""

    NOTHING = "nothing"
    A_LITTLE = "a-little"
    MUCH = "much"
    AT_WORK = "at-work"


# Each question with its group. The words of an answer stand in order, from none of the risk to the most: 0 to 3 points.
QUESTIONS: Mapping[str, tuple[Group, type[StrEnum]]] = {
    "horizon": (Group.OBJECTIVES, Horizon),
    "purpose": (Group.OBJECTIVES, Purpose),
    "loss": (Group.OBJECTIVES, Loss),
    "income": (Group.SITUATION, Income),
    "wealth": (Group.SITUATION, Wealth),
    "need": (Group.SITUATION, Need),
    "familiar": (Group.KNOWLEDGE, Familiar),
    "traded": (Group.KNOWLEDGE, Traded),
    "learned": (Group.KNOWLEDGE, Learned),
}
# From how many points (the mean of a group) a profile begins.
_MODERATE_FROM, _AGGRESSIVE_FROM = 1.0, 2.0
# Answers that make a customer conservative whatever else they say.
_BINDING = {"horizon": Horizon.UNDER_1_YEAR, "need": Need.SURELY, "loss": Loss.SELL_ALL}
_RANK = list(Profile)


@dataclass(frozen=True, slots=True)
class Suitability:
    """The profile, what each group of questions alone would come to, and which answers bind it."""

    profile: Profile
    groups: Mapping[Group, Profile]
    bound_by: tuple[str, ...]


def suitability(answers: Mapping[str, str]) -> Suitability:
    """Return the profile of the answers to all of `QUESTIONS`. Raises KeyError and ValueError for what is no answer."""
    points: dict[Group, list[int]] = {group: [] for group in Group}
    for name, (group, words) in QUESTIONS.items():
        points[group].append(list(words).index(words(answers[name])))
    groups = {group: _profile(statistics.fmean(found)) for group, found in points.items()}
    bound_by = tuple(name for name, word in _BINDING.items() if answers[name] == word)
    lowest = min(groups.values(), key=_RANK.index)
    return Suitability(Profile.CONSERVATIVE if bound_by else lowest, groups, bound_by)


def expires_at(answered_at: datetime) -> datetime:
    """Return the moment from which a profile no longer holds: the same day and time `VALID_MONTHS` later."""
    year, month = divmod(answered_at.year * 12 + answered_at.month - 1 + VALID_MONTHS, 12)
    day = 28 if (answered_at.month, answered_at.day) == (2, 29) else answered_at.day
    return answered_at.replace(year=year, month=month + 1, day=day)


def _profile(points: float) -> Profile:
    if points >= _AGGRESSIVE_FROM:
        return Profile.AGGRESSIVE
    return Profile.MODERATE if points >= _MODERATE_FROM else Profile.CONSERVATIVE
