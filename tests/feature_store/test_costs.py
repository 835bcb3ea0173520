"""What a feature costs is known of each one, and adds up to what the state keeps."""

import json

import pytest

from feature_store.costs import MEASURED, cost_of
from feature_store.definitions import BY_NAME, CATALOGUE, FEATURE_SET, WINDOW_FEATURES
from feature_store.explain import explain
from feature_store.stream.plan import compile_plan
from feature_store.vocabulary import Entity


def test_each_feature_was_measured_and_none_that_is_gone():
    kept = json.loads(MEASURED.read_text())
    assert kept["feature_set"] == FEATURE_SET, "run baas bench feature-costs --write feature_store/costs.json"
    assert kept["ns"].keys() == BY_NAME.keys()
    assert all(0 <= ns < 10_000 for ns in kept["ns"].values())


@pytest.mark.parametrize("entity", Entity)
def test_features_share_what_they_keep(entity):
    mine = [cost_of(feature) for feature in WINDOW_FEATURES if feature.entity is entity]
    together_key, together_event = compile_plan(WINDOW_FEATURES).bytes_kept[entity]
    assert max(cost.key_bytes for cost in mine) <= together_key <= sum(cost.key_bytes for cost in mine)
    assert together_event <= sum(cost.event_bytes for cost in mine)


def test_a_count_keeps_a_word_and_a_sum_another():
    assert cost_of(BY_NAME["customer_count_1h"]).key_bytes == 8
    assert cost_of(BY_NAME["card_sum_1h"]).key_bytes == 16
    assert cost_of(BY_NAME["customer_payees_1h"]).event_bytes > 0
    assert cost_of(BY_NAME["is_night"]).key_bytes == 0


def test_an_explanation_says_the_cost():
    assert all("ns" in dict(explain(feature.name).terms)["cost"] for feature in CATALOGUE)
