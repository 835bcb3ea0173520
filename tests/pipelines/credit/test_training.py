"""A card is as good as it says on loans it never saw, fair to look at, and kept in a registry."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from kit.errors import NotFound
from pipelines.credit.attributes import AREA, CATALOGUE, DEFAULT
from pipelines.credit.book import BadLoanBook, LoanBook
from pipelines.credit.groups import LEAST_LOANS, groups
from pipelines.credit.judging import cross_validated, gain, judge, measures, separation
from pipelines.credit.page import page
from pipelines.credit.registry import newest, register
from pipelines.credit.training import Trained, score, train
from tests.pipelines.credit.books import made_up


@pytest.fixture(scope="module")
def book() -> LoanBook:
    return made_up(700)


@pytest.fixture(scope="module")
def trained(book: LoanBook) -> Trained:
    return train(book, repeats=2)


def test_what_it_says_of_itself_holds_for_people_it_never_saw(trained):
    other = made_up(3_000, seed=77)
    scored = score(trained.card, other)
    gini = 2 * roc_auc_score(other.loans["bad"], scored.probability_of_default) - 1
    judged = trained.judged["gini"]
    assert judged.low < gini < judged.high
    assert judged.low < judged.mean < judged.high
    assert scored.probability_of_default.mean() == pytest.approx(other.loans["bad"].mean(), abs=0.04)
    assert (scored.points.sum(axis=1) == scored.score).all()


def test_neither_sex_nor_age_nor_what_stands_for_them_is_an_attribute(trained, book):
    names = {candidate.name for candidate in CATALOGUE}
    assert not any(word in name for name in names for word in ("sex", "birth", "client", "pension", "married"))
    assert not {candidate.name for candidate in AREA} & {candidate.name for candidate in DEFAULT}
    turned = book.loans.with_columns(
        pl.lit("female").alias("sex"), pl.lit(None, pl.Date).alias("birth_date"), pl.lit("elsewhere").alias("region")
    )
    again = score(trained.card, LoanBook(turned, book.movements, book.orders, book.areas))
    assert (again.score == score(trained.card, book).score).all()


def test_measures_are_what_is_worked_out_by_hand():
    bad = np.repeat([False, False, True, False, True], 10)
    found = measures(bad, np.repeat([0.1, 0.2, 0.3, 0.4, 0.5], 10))
    # Of six kinds of pairs of a bad and a good one, five are in order; above 0.2 are all bads and a third of the goods.
    assert found["gini"] == pytest.approx(2 * 5 / 6 - 1)
    assert found["ks"] == pytest.approx(2 / 3)
    assert found["brier"] == pytest.approx(np.mean([0.01, 0.04, 0.49, 0.16, 0.25]))
    assert found["expected_calibration_error"] == pytest.approx(np.mean([0.1, 0.2, 0.7, 0.4, 0.5]))
    assert "calibration_slope" not in measures(bad, np.full(50, 0.4))


def test_separation_is_scikit_learns_ties_included():
    generator = np.random.default_rng(2)
    for digits in (1, 2, 8):
        bad = generator.random(500) < 0.2
        probability = np.round(generator.random(500) * (0.5 + 0.5 * bad), digits)
        false_alarms, hits, _ = roc_curve(bad, probability)
        gini, ks = separation(bad, probability)
        assert gini == pytest.approx(2 * roc_auc_score(bad, probability) - 1)
        assert ks == pytest.approx((hits - false_alarms).max())


def test_an_interval_holds_the_truth_about_as_often_as_it_says():
    generator = np.random.default_rng(4)
    hits = 0
    for _ in range(60):
        bad = generator.random(400) < 0.2
        probability = 1 / (1 + np.exp(1.5 - 1.2 * (bad + generator.normal(size=400))))
        judged = judge(bad, probability[None], seed=1, draws=100)["gini"]
        hits += judged.low < 0.5205 < judged.high  # 2 Phi(1 / sqrt 2) - 1
    assert hits >= 51


def test_a_gain_is_of_the_same_loans_in_the_same_draws():
    bad = np.arange(200) < 40
    good, none = np.where(bad, 0.6, 0.1)[None], np.full((1, 200), 0.2)
    assert gain(bad, good, none, seed=1, draws=20).mean == 1.0
    same = gain(bad, good, good, seed=1, draws=20)
    assert (same.low, same.mean, same.high) == (0.0, 0.0, 0.0)


def test_in_cross_validation_no_loan_is_judged_by_what_it_taught():
    rows = np.arange(100.0)[:, None]
    bad = np.arange(100) % 4 == 0
    seen: list[set[float]] = []

    def model(learned, _bad, asked, _seed):
        seen.append(set(learned[:, 0]) & set(asked[:, 0]))
        return asked[:, 0]

    found = cross_validated(model, rows, bad, repeats=3, seed=1)
    assert seen == [set()] * 15
    assert (found == rows[:, 0]).all()


def test_groups_are_counted_by_hand_and_small_ones_are_compared_with_nobody(book):
    probability = np.random.default_rng(1).random(len(book.loans))
    found = groups(book.loans, probability)
    approved = probability <= np.sort(probability)[round(0.8 * len(probability)) - 1]
    for group in found:
        if group.dimension == "sex":
            mine = (book.loans["sex"] == group.name).to_numpy()
            assert group.loans == mine.sum()
            assert group.approved_share == pytest.approx(approved[mine].mean())
            assert group.bad_share == pytest.approx(book.loans["bad"].to_numpy()[mine].mean())
        assert (group.approval_ratio is None) == (group.loans < LEAST_LOANS)
    assert sum(group.loans for group in found if group.dimension == "age") == len(book.loans)
    harsh = np.where(book.loans["sex"] == "female", 0.9, 0.1)
    assert [group.name for group in groups(book.loans, harsh) if group.dimension == "sex" and group.below_four_fifths] == [
        "female"
    ]


def test_a_birthday_on_the_day_of_the_grant_counts(book):
    loan = book.loans.head(1).with_columns(
        pl.lit("2024-06-15").str.to_date().alias("granted_on"), pl.lit("1999-06-15").str.to_date().alias("birth_date")
    )
    [age] = [group for group in groups(loan, np.array([0.1])) if group.dimension == "age"]
    assert age.name == "25 to 34"


def test_the_page_tells_points_measures_and_groups(trained):
    told = page(trained)
    for attribute in trained.card.attributes:
        assert f"| {attribute.name} | unknown | | {attribute.unknown_points} |" in told
    assert "| gini |" in told
    assert "| sex: female |" in told


def test_loans_that_teach_nothing_are_refused(book):
    def of(loans):
        return LoanBook(loans, book.movements, book.orders, book.areas)

    with pytest.raises(BadLoanBook, match="bad is missing in 700 rows"):
        train(of(book.loans.with_columns(pl.lit(None, pl.Boolean).alias("bad"))), repeats=1)
    with pytest.raises(BadLoanBook, match="at least 20 of each"):
        train(of(book.loans.head(30)), repeats=1)


def test_the_registry_has_the_card_with_its_page_and_its_measures(trained, tmp_path):
    import mlflow

    before, uri = mlflow.get_tracking_uri(), f"sqlite:///{tmp_path}/registry.db"
    try:
        with pytest.raises(NotFound, match="--register"):
            newest(uri)
        mlflow.create_experiment("credit-score", artifact_location=(tmp_path / "files").as_uri())
        assert [register(uri, trained, reference={"loans": "loans.csv"}) for _ in range(2)] == [1, 2]
        assert newest(uri) == trained.card
        version = mlflow.MlflowClient().get_model_version("credit-score", "2")
        run = mlflow.MlflowClient().get_run(version.run_id)
        assert run.data.metrics["gini"] == pytest.approx(trained.judged["gini"].mean)
        assert run.data.params["data.loans"] == "loans.csv"
        assert mlflow.artifacts.load_text(f"{version.source}/model-card.md") == page(trained)
    finally:
        mlflow.set_tracking_uri(before)
