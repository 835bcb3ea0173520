"""Why something was not allowed: what raised the score, said only where the sentence is true."""

import lightgbm as lgb
import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from feature_store.definitions import CATALOGUE, FEATURE_NAMES
from risk.contributions import Contributions
from risk.ensemble import Calibration, Ensemble
from risk.forest_compiler import from_isolation_forest, from_lightgbm
from risk.reasons import MODEL_REASON, Explainer, Lead

USUAL = 2.0
READ = (
    "customer_count_10m", "customer_count_1h", "device_count_1h", "customer_idle_s_90d", "customer_payee_is_new_90d",
    "local_hour", "payee_sum_1d",
)  # fmt: skip
COLUMN = {name: FEATURE_NAMES.index(name) for name in READ}


def at(**values: float) -> np.ndarray:
    x = np.full((1, len(FEATURE_NAMES)), USUAL, np.float32)
    for name, value in values.items():
        x[0, FEATURE_NAMES.index(name)] = value
    return x


@pytest.fixture(scope="module")
def explainer() -> Explainer:
    """Of a model for which many payments, on one device, after no pause, to a new payee, late in the day are suspicious."""
    generator = np.random.default_rng(3)
    x = np.full((6_000, len(FEATURE_NAMES)), USUAL, np.float32)
    for column in COLUMN.values():
        x[:, column] = generator.uniform(0.0, 4.0, len(x))
    x[:, COLUMN["customer_payee_is_new_90d"]] = generator.random(len(x)) < 0.5
    odds = sum(
        sign * x[:, COLUMN[name]]
        for name, sign in (
            ("customer_count_10m", 2), ("customer_count_1h", 1), ("device_count_1h", 1.5), ("customer_idle_s_90d", -1),
            ("customer_payee_is_new_90d", 3), ("local_hour", 3),
        )
    )  # fmt: skip
    fraud = (odds > np.quantile(odds, 0.9)).astype(int)
    booster = lgb.train({"objective": "binary", "verbose": -1, "num_threads": 1, "seed": 1}, lgb.Dataset(x, fraud), 60)
    isolation = IsolationForest(n_estimators=10, max_samples=64, random_state=1).fit(x)
    ensemble = Ensemble(
        trees=from_lightgbm(booster.dump_model()),
        isolation=from_isolation_forest(isolation.estimators_, isolation.estimators_features_),
        isolation_samples=64,
        fill=np.full(len(FEATURE_NAMES), USUAL, np.float32),
        calibration=Calibration(1.0, 0.0, 0.0),
    )
    quantiles = np.tile(np.array([[1.0, USUAL, 3.0]], np.float32), (len(CATALOGUE), 1))
    return Explainer(quantiles, Contributions.of(ensemble))


def names(leads: list[Lead]) -> list[str]:
    return [FEATURE_NAMES[lead.column] for lead in leads]


def test_what_raised_the_score_most_comes_first_and_each_reason_once(explainer):
    x = at(customer_count_10m=3.9, customer_count_1h=3.8, device_count_1h=3.9, customer_idle_s_90d=0.1)
    (leads,) = explainer.leading(x)
    assert names(leads)[0] == "customer_count_10m"
    assert set(names(leads)) == {"customer_count_10m", "device_count_1h", "customer_idle_s_90d"}
    contributions = [lead.contribution for lead in leads]
    assert contributions == sorted(contributions, reverse=True)
    first = explainer.stand_outs(x[0], leads)[0]
    assert (first.feature, first.value, first.usual) == ("customer_count_10m", pytest.approx(3.9), USUAL)
    assert first.contribution == contributions[0] > 1
    assert first.sentence


def test_a_sentence_that_is_not_true_of_the_row_is_not_said(explainer):
    """However much it moved the model: few payments are not "many", an hour is neither high nor low, and unknown is nothing."""
    x = at(customer_count_10m=0.1, device_count_1h=np.nan, local_hour=3.9, customer_payee_is_new_90d=1)
    (leads,) = explainer.leading(x)
    assert names(leads) == ["customer_payee_is_new_90d"]


def test_a_feature_that_the_model_does_not_look_at_is_no_reason(explainer):
    (leads,) = explainer.leading(at(merchant_count_1h=1e9, customer_payee_is_new_90d=1))
    assert names(leads) == ["customer_payee_is_new_90d"]


def test_without_a_model_nothing_led_anywhere():
    assert Explainer().leading(at(customer_count_1h=1e9)) == [[]]
    assert Explainer().stand_outs(at(customer_count_1h=1e9)[0], []) == []


def test_who_looks_at_what_no_score_led_to_sees_what_is_unusual(explainer):
    stand_outs = explainer.stand_outs(at(device_count_1h=50, payee_count_1h=3.2, customer_payee_is_new_90d=1)[0], [])
    assert [(found.feature, found.contribution) for found in stand_outs] == [
        ("device_count_1h", None), ("payee_count_1h", None), ("customer_payee_is_new_90d", None),
    ]  # fmt: skip
    assert explainer.stand_outs(at(customer_count_1h=0, local_hour=23, is_pix=99, customer_mean_30d=np.nan)[0], []) == []
    assert explainer.stand_outs(at(customer_idle_s_90d=99)[0], []) == []


def test_there_is_always_a_reason_and_never_more_than_four(explainer):
    leads = [Lead(column, 1.0) for column in range(9)]
    assert explainer.reasons([], rules=[]) == [MODEL_REASON]
    assert explainer.reasons(leads[:5], rules=["a", "b"])[:2] == ["a", "b"]
    assert len(explainer.reasons(leads, rules=["a"])) == 4
