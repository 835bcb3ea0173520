"""A profile is the lowest of what somebody wants, can and knows, and holds for two years."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.suitability import QUESTIONS, Group, Profile, expires_at, suitability

RANK = list(Profile)


def answers(place: int, **other: str) -> dict[str, str]:
    return {name: list(words)[place].value for name, (_, words) in QUESTIONS.items()} | other


anybody = st.fixed_dictionaries(
    {name: st.sampled_from([word.value for word in words]) for name, (_, words) in QUESTIONS.items()}
)


@pytest.mark.parametrize(("place", "profile"), [
    (0, Profile.CONSERVATIVE), (1, Profile.MODERATE), (2, Profile.AGGRESSIVE), (3, Profile.AGGRESSIVE),
])  # fmt: skip
def test_answers_of_one_kind_make_their_profile(place, profile):
    assert suitability(answers(place)).profile is profile


@pytest.mark.parametrize("group", Group)
def test_who_lacks_one_of_the_three_gets_no_more_than_it_allows(group):
    lowest = {name: next(iter(words)).value for name, (of, words) in QUESTIONS.items() if of is group}
    found = suitability(answers(3, **lowest))
    assert found.profile is Profile.CONSERVATIVE
    assert found.groups == {each: Profile.CONSERVATIVE if each is group else Profile.AGGRESSIVE for each in Group}


@pytest.mark.parametrize(("name", "word"), [("horizon", "under-1-year"), ("need", "surely"), ("loss", "sell-all")])
def test_some_answers_bind_whatever_else_is_said(name, word):
    found = suitability(answers(3, **{name: word}))
    assert (found.profile, found.bound_by) == (Profile.CONSERVATIVE, (name,))


@settings(deadline=None)
@given(anybody, st.sampled_from(sorted(QUESTIONS)))
def test_an_answer_with_less_risk_never_makes_a_riskier_profile(said, name):
    words = [word.value for word in QUESTIONS[name][1]]
    lower = said | {name: words[max(words.index(said[name]) - 1, 0)]}
    assert RANK.index(suitability(lower).profile) <= RANK.index(suitability(said).profile)


@pytest.mark.parametrize("spoiled", [{}, answers(1) | {"horizon": "tomorrow"}])
def test_what_is_no_answer_is_refused(spoiled):
    with pytest.raises((KeyError, ValueError)):
        suitability(spoiled)


@settings(deadline=None)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_profile_holds_for_two_years_to_the_day(moment):
    held = expires_at(moment) - moment
    assert timedelta(days=729) <= held <= timedelta(days=731)
