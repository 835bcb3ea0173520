"""Points add up, mean odds, go one way, explain themselves and survive being written down."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from risk.scorecard.binning import Trend
from risk.scorecard.card import MAX_REASONS, BadScorecard, Scaling, decode, encode
from risk.scorecard.logistic import DoesNotSettle, fit, fit_rising
from risk.scorecard.making import Candidate, TooFewLoans, make_card, stratified_folds

CANDIDATES = (
    Candidate("burden", "The payment is high", Trend.RISING),
    Candidate("savings", "The balance is low", Trend.FALLING),
    Candidate("noise", "The stars are against it"),
)
LOANS = 3_000


def drawn(seed: int = 3, *, loans: int = LOANS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values, which went badly, and the true probability that they would."""
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(loans, 3))
    probability = 1 / (1 + np.exp(-(-2.0 + 1.1 * rows[:, 0] - 0.8 * rows[:, 1])))
    rows[generator.random(loans) < 0.2, 1] = np.nan
    return rows, generator.random(loans) < probability, probability


@pytest.fixture(scope="module")
def card():
    rows, bad, _ = drawn()
    return make_card(CANDIDATES, rows, bad, seed=1)


@given(pdo=st.floats(1, 200), base_points=st.floats(-1_000, 2_000), base_odds=st.floats(0.01, 1_000), log_odds=st.floats(-8, 8))
def test_pdo_points_more_double_the_odds(pdo, base_points, base_odds, log_odds):
    scaling = Scaling(pdo=pdo, base_points=base_points, base_odds=base_odds)
    assert scaling.points(math.log(base_odds)) == pytest.approx(base_points)
    points = scaling.points(log_odds)
    bad, safer = scaling.probability_of_default(np.array([points, points + pdo]))
    assert (1 - bad) / bad == pytest.approx(math.exp(log_odds), rel=1e-6)
    assert (1 - safer) / safer == pytest.approx(2 * math.exp(log_odds), rel=1e-6)


def test_the_score_is_the_sum_of_what_each_attribute_gives_on_its_own(card):
    rows = drawn(8)[0][:, [0, 1]]
    assert card.names == ("burden", "savings")
    points = card.points(rows)
    unknown = card.points(np.full((1, 2), np.nan))[0]
    for column in range(2):
        alone = np.full_like(rows, np.nan)
        alone[:, column] = rows[:, column]
        assert (card.points(alone).sum(axis=1) - unknown.sum() == points[:, column] - unknown[column]).all()


@given(low=st.floats(-5, 5), more=st.floats(0, 5), other=st.one_of(st.floats(-5, 5), st.just(math.nan)))
def test_a_higher_burden_never_earns_points_and_higher_savings_never_cost_any(card, low, more, other):
    burden = card.points(np.array([[low, other], [low + more, other]])).sum(axis=1)
    assert burden[1] <= burden[0]
    savings = card.points(np.array([[other, low], [other, low + more]])).sum(axis=1)
    assert savings[1] >= savings[0]


def test_probabilities_are_as_frequent_as_they_say(card):
    rows, bad, truth = drawn(9, loans=20_000)
    probability = card.probability_of_default(card.points(rows[:, [0, 1]]).sum(axis=1))
    for part in np.array_split(np.argsort(probability, kind="stable"), 8):
        assert probability[part].mean() == pytest.approx(truth[part].mean(), abs=0.03)
    _, slope = fit(np.log(probability / (1 - probability))[:, None], bad, ridge=0.0)
    assert slope[0] == pytest.approx(1.0, abs=0.12)


def test_reasons_are_the_attributes_that_cost_most_below_what_is_usual(card):
    worst = card.points(np.array([[9.0, -9.0]]))[0].tolist()
    lost = {attribute.name: attribute.usual_points - had for attribute, had in zip(card.attributes, worst, strict=True)}
    told = card.reasons(worst)
    assert [reason.attribute for reason in told] == sorted(lost, key=lambda name: -lost[name])
    assert {reason.sentence for reason in told} == {"The payment is high", "The balance is low"}
    assert len(told) <= MAX_REASONS
    assert card.reasons(card.points(np.array([[-9.0, 9.0]]))[0].tolist()) == []


def test_usual_points_are_the_mean_over_the_loans_that_it_was_made_of(card):
    means = card.points(drawn()[0][:, [0, 1]]).mean(axis=0)
    assert [attribute.usual_points for attribute in card.attributes] == pytest.approx(means.tolist(), abs=0.01)


def test_a_card_that_was_written_down_gives_the_same_points(card):
    again = decode(encode(card))
    assert again == card
    rows = drawn(4)[0][:, :2]
    assert (again.points(rows) == card.points(rows)).all()


def changed(card, **parts: object) -> bytes:
    document = msgspec.json.decode(encode(card))
    document["attributes"][0] |= parts
    return msgspec.json.encode(document)


def test_a_document_that_is_no_card_is_refused_with_what_is_wrong(card):
    for document, words in (
        (b"nonsense", "malformed"),
        (changed(card, cuts=[1.0, 0.0], points=[1, 2, 3], woe=[0, 0, 0], goods=[1, 1, 1], bads=[1, 1, 1]), "do not ascend"),
        (changed(card, points=[1]), "make"),
        (changed(card, name="savings"), "different names"),
        (msgspec.json.encode(msgspec.json.decode(encode(card)) | {"schema": 2}), "schema 2"),
        (msgspec.json.encode(msgspec.json.decode(encode(card)) | {"attributes": []}), "there must be one"),
        (msgspec.json.encode(msgspec.json.decode(encode(card)) | {"scaling": {"pdo": 0}}), "pdo"),
    ):
        with pytest.raises(BadScorecard, match=words):
            decode(document)


def test_values_of_another_number_of_attributes_are_refused(card):
    with pytest.raises(ValueError, match="values of 2 attributes"):
        card.points(np.zeros((1, 3)))


def test_too_few_bad_loans_or_nothing_to_tell_them_by_make_no_card():
    rows, bad, _ = drawn()
    few = bad & (np.cumsum(bad) <= 19)
    with pytest.raises(TooFewLoans, match="19 bad"):
        make_card(CANDIDATES, rows, few, seed=1)
    with pytest.raises(TooFewLoans, match="better than chance"):
        make_card(CANDIDATES[:1], np.full((LOANS, 1), 1.0), bad, seed=1)


def test_regression_is_scikit_learns():
    rows, bad, _ = drawn()
    peer = LogisticRegression(C=1 / 4.0, tol=1e-10).fit(rows[:, [0, 2]], bad)
    constant, coefficients = fit(rows[:, [0, 2]], bad, ridge=4.0)
    assert constant == pytest.approx(peer.intercept_[0], abs=1e-4)
    assert coefficients == pytest.approx(peer.coef_[0], abs=1e-4)


def test_no_weight_is_against_the_evidence():
    rows, bad, _ = drawn()
    _, coefficients = fit_rising(np.column_stack([-rows[:, 0], rows[:, 0] + rows[:, 2]]), bad, ridge=1.0)
    assert coefficients[0] == 0
    assert coefficients[1] > 0


def test_regression_that_has_no_end_says_so():
    rows = np.arange(10.0)[:, None]
    with pytest.raises(DoesNotSettle):
        fit(rows, rows[:, 0] > 4, ridge=0.0)


def test_each_loan_is_left_out_once_and_bad_ones_evenly():
    bad = np.arange(103) < 23
    tests = list(stratified_folds(bad, folds=5, generator=np.random.default_rng(1)))
    assert (np.sum(tests, axis=0) == 1).all()
    assert {int(bad[test].sum()) for test in tests} == {4, 5}
