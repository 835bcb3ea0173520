"""The gate lets a better model through, and none that is only luckier, worse for a group, or slow."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from feature_store.vocabulary import DAY_MS
from pipelines.promotion.table import lines
from risk.gate import Evidence, judge

ROWS = 20_000


def evidence(*, champion: float, challenger: float, **changes: object) -> Evidence:
    """Scores that tell frauds by a signal of that strength; two channels of alternating rows."""
    generator = np.random.default_rng(3)
    fraud = generator.random(ROWS) < 0.01
    scores = [strength * fraud + generator.normal(size=ROWS) for strength in (champion, challenger)]
    groups = {"channel": (np.arange(ROWS) % 2, ("pix", "card"))}
    found = {
        "champion": scores[0], "challenger": scores[1], "groups": groups, "from_ms": 0, "until_ms": DAY_MS, "champion_us": 2.0,
        "challenger_us": 2.1,
    }  # fmt: skip
    return Evidence(fraud=fraud, **(found | changes))


def test_average_precision_is_scikit_learns_ties_included():
    rounded = evidence(champion=2.0, challenger=3.0)
    coarse = replace(rounded, champion=np.round(rounded.champion), challenger=np.round(rounded.challenger, 1))
    result = judge(coarse, seed=1)
    assert result.champion_average_precision == pytest.approx(average_precision_score(coarse.fraud, coarse.champion))
    assert result.challenger_average_precision == pytest.approx(average_precision_score(coarse.fraud, coarse.challenger))


def test_a_better_model_passes_and_says_by_how_much():
    result = judge(evidence(champion=2.0, challenger=4.0), seed=1)
    assert result.passed
    assert 0 < result.gain_low < result.gain < result.gain_high
    assert list(lines(result))[-1] == "nothing speaks against it"


@pytest.mark.parametrize("challenger", [1.0, 2.0])
def test_a_worse_or_an_equal_one_does_not(challenger):
    result = judge(evidence(champion=2.0, challenger=challenger), seed=1)
    assert not result.passed
    assert result.problems[0].startswith("it is not better beyond chance")


def test_one_that_is_better_on_the_whole_and_worse_for_a_large_group_does_not_pass():
    plain = evidence(champion=2.5, challenger=2.5)
    generator = np.random.default_rng(4)
    numbers = np.where(np.arange(ROWS) % 4 == 0, 1, 0)
    challenger = np.where(numbers == 0, 6.0, 0.5) * plain.fraud + generator.normal(size=ROWS)
    unfair = replace(plain, challenger=challenger, groups={"channel": (numbers, ("pix", "card"))})
    result = judge(unfair, seed=1)
    assert result.gain_low > 0
    assert [problem.partition(":")[0] for problem in result.problems] == ["channel card"]


def test_a_group_with_few_frauds_is_shown_and_not_held_against_it():
    plain = evidence(champion=2.0, challenger=4.0)
    rare = np.zeros(ROWS, np.int64)
    rare[np.flatnonzero(plain.fraud)[:5]] = 1
    challenger, groups = np.where(rare == 1, -9.0, plain.challenger), {"channel": (rare, ("pix", "ted"))}
    result = judge(replace(plain, challenger=challenger, groups=groups), seed=1)
    [small] = [group for group in result.groups if group.group == "ted"]
    assert (small.frauds, small.large, small.challenger_recall) == (5, False, 0.0)
    assert result.passed


def test_a_slow_one_does_not_pass_and_a_fast_one_may_be_slower_than_the_champion():
    assert judge(evidence(champion=2.0, challenger=4.0, champion_us=1.0, challenger_us=4.9), seed=1).passed
    slow = judge(evidence(champion=2.0, challenger=4.0, champion_us=4.0, challenger_us=6.1), seed=1)
    assert slow.problems == ["it takes 6.1 us a decision, the champion 4.0 us"]


def test_nothing_is_judged_without_frauds():
    plain = evidence(champion=1.0, challenger=1.0)
    with pytest.raises(ValueError, match="known frauds and others"):
        judge(replace(plain, fraud=np.zeros(ROWS, bool)), seed=1)
