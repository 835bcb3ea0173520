"""Slow values that controls tell of accounts are in the vectors of payments that name them, as account or as payee."""

import json
import uuid

import numpy as np
import pytest

from bench.random_model import random_export
from feature_store.definitions import CATALOGUE, EXTERNAL_FEATURES, FEATURE_NAMES
from risk.export import BadExport, load_export
from risk.fitting import fitted
from scoring.engine import Engine
from scoring.fold import rebuild
from scoring.what_if import what_if
from tests.scoring.conftest import NOW_MS, Desk, message

OLDER = CATALOGUE[: -len(EXTERNAL_FEATURES)]
SCORES = [FEATURE_NAMES.index("account_graph_score"), FEATURE_NAMES.index("payee_graph_score")]


def told(account_id: str, *, tenant_id: str = "demo", **values: float) -> bytes:
    control = {
        "kind": "profile", "control_id": str(uuid.uuid4()), "known_at": NOW_MS, "tenant_id": tenant_id, "entity": "account",
        "entity_id": account_id, "values": values,
    }  # fmt: skip
    return json.dumps(control).encode()


def scores_of(engine: Engine, number: int, **changes: object) -> list[float | None]:
    features = what_if(engine, message(number, **changes), now_ms=NOW_MS).features
    return [features.get("account_graph_score"), features.get("payee_graph_score")]


def test_a_payment_carries_what_was_told_last_of_both_accounts(desk: Desk) -> None:
    number, accounts = 3, {"account_id": "acc-1", "payee_id": "acc-2"}
    assert scores_of(desk.engine, number, **accounts) == [None, None]
    assert desk.control(told("acc-1", graph_score=0.25)) == []
    assert desk.control(told("acc-2", graph_score=0.5, graph_community_accounts=12.0)) == []
    assert scores_of(desk.engine, number, **accounts) == [0.25, 0.5]
    assert scores_of(desk.engine, number, account_id="acc-2", payee_id="acc-1") == [0.5, 0.25]
    # Of another tenant's account of the same name nothing was told, nor of one that is not named.
    assert scores_of(desk.engine, number, tenant_id="other", **accounts) == [None, None]
    assert scores_of(desk.engine, number, account_id=None, payee_id="acc-2") == [None, 0.5]
    assert desk.control(told("acc-2", graph_community_accounts=13.0)) == []
    features = what_if(desk.engine, message(number, **accounts), now_ms=NOW_MS).features
    assert "payee_graph_score" not in features
    assert features["payee_graph_community_accounts"] == 13.0
    assert desk.control(told("acc-1")) == []
    assert scores_of(desk.engine, number, **accounts) == [None, None]


def test_a_decision_sees_them_only_when_they_are_asked_for_and_a_rule_may_ask(desk: Desk) -> None:
    assert desk.control(told("acc-9", graph_score=0.9)) == []
    policy = {
        "kind": "policy", "control_id": str(uuid.uuid4()), "known_at": NOW_MS, "version": "graph-1", "review_from": 1.0,
        "deny_from": 1.0, "control_group_ppm": 0,
        "rules": [{"code": "used", "when": "payee_graph_score > 0.8", "action": "deny", "sentence": "Looks used"}],
    }  # fmt: skip
    assert desk.control(json.dumps(policy).encode()) == []
    batch = desk.decide([message(1, payee_id="acc-9"), message(2, payee_id="acc-8"), message(3, account_id="acc-9")])
    assert batch.verdicts.tolist()[0] != batch.verdicts.tolist()[1]
    proof = rebuild(Engine(models=desk.models, memory_rows=10_000), [desk.log], check=True)
    assert (proof.differing, proof.reproduced) == ([], 3)


def test_a_fold_of_the_log_and_a_batch_see_what_was_told_before_each(desk: Desk, models) -> None:
    engine = Engine(models=models, memory_rows=10_000)
    engine.read_also(frozenset(SCORES))
    seen = []
    apply = engine.features.apply
    engine.features.apply = lambda *inputs: seen.append(apply(*inputs)) or seen[-1]
    for number, value in enumerate((0.1, 0.2, 0.3)):
        assert desk.control(told("acc-1", graph_score=value)) == []
        desk.decide([message(10 * number + each, account_id="acc-1", payee_id=None) for each in range(2)])
    rebuild(engine, [desk.log], check=False)
    vectors = np.concatenate([x for x, _ in seen])
    np.testing.assert_allclose(vectors[:, SCORES[0]], [0.1, 0.1, 0.2, 0.2, 0.3, 0.3], atol=1e-7)
    assert np.isnan(vectors[:, SCORES[1]]).all()


def test_a_model_from_before_they_were_there_goes_on_deciding_as_it_did(models, desk: Desk) -> None:
    sha256 = random_export(models, trees=20, isolation_trees=10, version=8, seed=8, catalogue=OLDER)
    export = load_export(models, sha256)
    widened = fitted(export)
    assert len(widened.features) == len(CATALOGUE)
    probability, anomaly = widened.score(widened.sample)
    np.testing.assert_array_equal(probability, export.sample_probability)
    np.testing.assert_array_equal(anomaly, export.sample_anomaly)
    control = {
        "kind": "model", "control_id": str(uuid.uuid4()), "known_at": NOW_MS, "alias": "champion", "name": "random",
        "version": 8, "export_sha256": sha256,
    }  # fmt: skip
    assert desk.control(json.dumps(control).encode()) == []
    assert desk.control(told("a000001", graph_score=0.99)) == []
    answer = what_if(desk.engine, message(1), now_ms=NOW_MS)
    assert answer.answer.model == "random-8"
    assert answer.features["account_graph_score"] == pytest.approx(0.99)
    vector = np.array([[answer.features.get(feature.name, np.nan) for feature in OLDER]], np.float32)
    assert answer.answer.probability == pytest.approx(export.score(vector)[0][0], abs=1e-6)


@pytest.mark.parametrize("catalogue", [CATALOGUE[1:], CATALOGUE[:-8] + CATALOGUE[-7:]])
def test_a_model_of_other_features_is_refused(models, catalogue) -> None:
    sha256 = random_export(models, trees=2, isolation_trees=2, version=9, seed=9, catalogue=catalogue)
    with pytest.raises(BadExport):
        fitted(load_export(models, sha256))
