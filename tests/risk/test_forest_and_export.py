"""Compiled forests answer as their libraries do, and an export is exactly what its hash names."""

import hashlib
import json
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from bench.random_network import random_network
from risk.ensemble import Calibration, Curve, Ensemble
from risk.export import BadExport, ModelExport, load_export, save_export
from risk.forest import average_path_length
from risk.forest_compiler import UnsupportedForest, from_isolation_forest, from_lightgbm

FEATURES = 12


@pytest.fixture(scope="module")
def rows():
    generator = np.random.default_rng(11)
    rows = generator.normal(size=(3_000, FEATURES)).astype(np.float32)
    rows[generator.random(rows.shape) < 0.1] = np.nan
    rows[:, 3] = np.nan_to_num(rows[:, 3])  # no unknown value in training: LightGBM reads NaN as zero here
    return rows


@pytest.fixture(scope="module")
def booster(rows):
    noise = np.random.default_rng(12).normal(size=len(rows))
    fraud = (np.nan_to_num(rows[:, 0] * rows[:, 1] + rows[:, 2]) + noise > 1).astype(int)
    return lgb.train({"objective": "binary", "num_leaves": 31, "verbose": -1, "seed": 1}, lgb.Dataset(rows, fraud), 40)


@pytest.fixture(scope="module")
def isolation(rows):
    filled = np.nan_to_num(rows, nan=-1.0)
    return IsolationForest(n_estimators=40, max_samples=128, random_state=3).fit(filled)


@pytest.mark.parametrize("count", [1, 2, 3, 15, 16, 17, 18, 1_000])
def test_compiled_trees_answer_bit_for_bit_as_lightgbm(rows, booster, count):
    asked = rows[:count].copy()
    asked[0] = np.nan
    asked[-1] = np.float32(np.inf)
    out = np.empty(count)
    from_lightgbm(booster.dump_model()).sum_into(asked, out)
    np.testing.assert_array_equal(out, booster.predict(asked, raw_score=True))


def test_a_value_on_a_threshold_goes_where_lightgbm_sends_it(booster):
    forest = from_lightgbm(booster.dump_model())
    on_thresholds = np.unique(forest.nodes["threshold"][np.isfinite(forest.nodes["threshold"])])[:500]
    asked = np.repeat(on_thresholds[:, None], FEATURES, axis=1).astype(np.float32)
    out = np.empty(len(asked))
    forest.sum_into(asked, out)
    np.testing.assert_array_equal(out, booster.predict(asked, raw_score=True))


def test_the_compiled_isolation_forest_scores_as_scikit_learn(rows, isolation):
    filled = np.nan_to_num(rows[:500], nan=-1.0)
    forest = from_isolation_forest(isolation.estimators_, isolation.estimators_features_)
    path = np.empty(len(filled))
    forest.sum_into(filled, path)
    scores = np.exp2(-path / (len(isolation.estimators_) * average_path_length(128)))
    np.testing.assert_allclose(scores, -isolation.score_samples(filled), rtol=1e-12)


def test_a_categorical_split_is_refused(booster):
    dump = booster.dump_model()
    dump["tree_info"][0]["tree_structure"]["decision_type"] = "=="
    with pytest.raises(UnsupportedForest, match="decision type =="):
        from_lightgbm(dump)


@pytest.fixture
def export(rows, booster, isolation):
    ensemble = Ensemble(
        trees=from_lightgbm(booster.dump_model()),
        isolation=from_isolation_forest(isolation.estimators_, isolation.estimators_features_),
        isolation_samples=128,
        fill=np.full(FEATURES, -1.0, np.float32),
        calibration=Calibration(log_odds=0.9, anomaly=0.3, constant=-0.1),
    )
    sample = np.ascontiguousarray(rows[:64])
    probability, anomaly = ensemble.score(sample)
    return ModelExport(
        name="fraud",
        version=3,
        feature_set="fs-000000000000",
        features=tuple(f"f{i}" for i in range(FEATURES)),
        ensemble=ensemble,
        quantiles=np.zeros((FEATURES, 3), np.float32),
        importance=np.full(FEATURES, 1 / FEATURES),
        review_from=0.5,
        deny_from=0.9,
        sample=sample,
        sample_probability=probability,
        sample_anomaly=anomaly,
    )


def test_an_export_comes_back_as_it_was_and_is_written_once(tmp_path, export, rows):
    first, again = save_export(tmp_path, export), save_export(tmp_path, export)
    assert first == again
    assert [path.name for path in tmp_path.iterdir()] == [first]
    loaded = load_export(tmp_path, first)
    assert (loaded.model_id, loaded.features) == ("fraud-3", export.features)
    for mine, theirs in zip(loaded.score(rows), export.score(rows), strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("name", ["manifest.json", "arrays.npz"])
def test_a_changed_byte_is_found(tmp_path, export, name):
    digest = save_export(tmp_path, export)
    path = tmp_path / digest / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadExport):
        load_export(tmp_path, digest)


def test_a_model_that_answers_differently_from_its_sample_is_refused(tmp_path, export):
    digest = save_export(tmp_path, replace(export, sample_probability=export.sample_probability + 0.01))
    with pytest.raises(BadExport, match="scores differently"):
        load_export(tmp_path, digest)


def test_a_missing_export_is_named(tmp_path):
    with pytest.raises(BadExport, match="0000"):
        load_export(tmp_path, "0" * 64)


def test_the_manifest_is_readable_by_a_person(tmp_path, export):
    digest = save_export(tmp_path, export)
    manifest = json.loads((tmp_path / digest / "manifest.json").read_text())
    assert manifest["features"][0] == "f0"
    assert manifest["calibration"] == {"log_odds": 0.9, "anomaly": 0.3, "network": 0.0, "constant": -0.1, "curve": "platt"}


@pytest.fixture
def with_network(export):
    ensemble = replace(
        export.ensemble,
        network=random_network(features=FEATURES, inputs=9, hidden=(8, 5)),
        calibration=Calibration(0.6, 0.3, -0.1, network=0.4),
    )
    probability, anomaly = ensemble.score(export.sample)
    return replace(
        export, ensemble=ensemble, sample_probability=probability, sample_anomaly=anomaly, onnx=b"what other programs read"
    )


def test_an_export_with_a_network_comes_back_as_it_was(tmp_path, with_network, rows):
    digest = save_export(tmp_path, with_network)
    assert {path.name for path in (tmp_path / digest).iterdir()} == {"manifest.json", "arrays.npz", "network.onnx"}
    manifest = json.loads((tmp_path / digest / "manifest.json").read_text())
    assert manifest["network_sha256"] == hashlib.sha256(with_network.onnx).hexdigest()
    loaded = load_export(tmp_path, digest)
    assert loaded.onnx == with_network.onnx
    assert loaded.ensemble.columns == with_network.ensemble.columns
    np.testing.assert_array_equal(loaded.score(rows)[0], with_network.score(rows)[0])


def test_the_network_takes_part_by_its_weight(export, with_network, rows):
    logit = with_network.ensemble.members(rows).logit
    margins = [each.ensemble.calibration.margin(each.ensemble.members(rows)) for each in (export, with_network)]
    trees = export.ensemble.members(rows).log_odds
    np.testing.assert_allclose(margins[1], margins[0] - 0.3 * trees + 0.4 * logit, atol=1e-12)


@pytest.mark.parametrize("content", [b"another network", None])
def test_a_changed_or_a_missing_network_file_is_refused(tmp_path, with_network, content):
    digest = save_export(tmp_path, with_network)
    path = tmp_path / digest / "network.onnx"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(BadExport, match=r"network\.onnx"):
        load_export(tmp_path, digest)


def test_a_network_and_its_file_go_together(export, with_network):
    with pytest.raises(ValueError, match="exported together"):
        replace(with_network, onnx=None)
    with pytest.raises(ValueError, match="exported together"):
        replace(export, onnx=b"of nothing")


def test_an_isotonic_curve_comes_back_and_keeps_the_ranking(tmp_path, export, rows):
    curve = Curve(np.array([-40.0, -2.0, 0.0, 40.0]), np.array([0.0, 0.01, 0.2, 1.0]))
    calibration = replace(export.ensemble.calibration, curve=curve)
    ensemble = replace(export.ensemble, calibration=calibration)
    probability, anomaly = ensemble.score(export.sample)
    curved = replace(export, ensemble=ensemble, sample_probability=probability, sample_anomaly=anomaly)
    loaded = load_export(tmp_path, save_export(tmp_path, curved))
    said = loaded.score(rows)[0]
    np.testing.assert_array_equal(said, curved.score(rows)[0])
    np.testing.assert_array_equal(np.argsort(said, kind="stable"), np.argsort(export.score(rows)[0], kind="stable"))


@pytest.mark.parametrize(
    ("margin", "probability"),
    [([0.0, 0.0], [0.1, 0.2]), ([0.0, 1.0], [0.3, 0.2]), ([0.0, 1.0], [0.3, 1.2]), ([0.0], [0.5])],
)
def test_a_curve_that_is_not_monotone_is_refused(margin, probability):
    with pytest.raises(ValueError, match="calibration curve"):
        Curve(np.array(margin), np.array(probability))


def test_an_export_of_an_earlier_format_says_what_to_do(tmp_path):
    manifest = json.dumps({"format": 1, "name": "fraud", "version": 7, "calibration": [1.0, 0.0, 0.0]}).encode()
    digest = hashlib.sha256(manifest).hexdigest()
    (tmp_path / digest).mkdir()
    (tmp_path / digest / "manifest.json").write_bytes(manifest)
    with pytest.raises(BadExport, match=r"fraud-7 was exported in format 1.*`baas models train`"):
        load_export(tmp_path, digest)
