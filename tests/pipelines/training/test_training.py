"""Training sees what a decision saw, learns what is there to learn, and never what was not known yet."""

import dataclasses
import itertools

import numpy as np
import polars as pl
import pytest

from contracts import topics
from feature_store.definitions import FEATURE_NAMES
from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS
from kit.settings import Settings
from pipelines.training import network
from pipelines.training.bound import Bound
from pipelines.training.dataset import NothingToLearnFrom, TrainingSet, build, hide_entities
from pipelines.training.metrics import expected_calibration_error, recall_at_share, thresholds
from pipelines.training.slices import FEWEST_FRAUDS, halves, split
from pipelines.training.train import fit
from pipelines.training.trained import Trained
from pipelines.training.trees import MOST_FEATURES
from risk.export import load_export, save_export
from tests.pipelines.training.sets import START_MS, made_up_set

DAYS = 60
CUTOFF_MS = START_MS + DAYS * DAY_MS
ROWS = 16_000


def said(_line: str) -> None:
    """Progress that nobody reads."""


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    return made_up_set(rows=ROWS, days=DAYS)


def test_each_part_of_the_split_is_younger_than_the_one_before(data):
    parts = split(data, cutoff_ms=CUTOFF_MS)
    ordered = [parts.train, parts.stop, parts.calibrate, parts.test]
    for older, younger in itertools.pairwise(ordered):
        assert data.event_time_ms[older].max() < data.event_time_ms[younger].min()
    assert data.event_time_ms[parts.test].max() < CUTOFF_MS - LABEL_DELAY_MS


def with_frauds(data: TrainingSet, *, days: list[int]) -> TrainingSet:
    """The same decisions, of which one at each of `days` was a fraud."""
    fraud = np.zeros(len(data), bool)
    fraud[np.searchsorted(data.event_time_ms, [START_MS + day * DAY_MS for day in days])] = True
    return dataclasses.replace(data, fraud=fraud)


def test_a_slice_without_enough_frauds_reaches_back_until_it_has_them(data):
    rare = with_frauds(data, days=list(range(8, 50, 2)))
    parts = split(rare, cutoff_ms=CUTOFF_MS)
    assert all(rare.fraud[part].sum() >= FEWEST_FRAUDS for part in (parts.train, parts.stop, parts.calibrate, parts.test))
    assert rare.event_time_ms[parts.stop].max() < rare.event_time_ms[parts.calibrate].min()
    assert rare.event_time_ms[parts.calibrate].max() < rare.event_time_ms[parts.test].min()
    assert np.isfinite(fit(rare, cutoff_ms=CUTOFF_MS, progress=said).metrics["auc"])


@pytest.mark.parametrize("days", [[10, 20, 30], list(range(30, 48))])
def test_too_few_frauds_to_learn_and_to_judge_are_said(data, days):
    with pytest.raises(NothingToLearnFrom, match=f"{len(days)} of 16,000 decisions are known frauds"):
        split(with_frauds(data, days=days), cutoff_ms=CUTOFF_MS)


@pytest.fixture(scope="module")
def trained(data) -> Trained:
    return fit(data, cutoff_ms=CUTOFF_MS, progress=said)


def test_a_trained_model_finds_the_signal_and_survives_its_export(data, trained, tmp_path):
    assert trained.metrics["auc"] > 0.75
    assert trained.metrics["auc_low"] <= trained.metrics["auc"] <= trained.metrics["auc_high"]
    assert trained.metrics["expected_calibration_error"] < 0.02
    assert {FEATURE_NAMES[i] for i in np.argsort(-trained.importance)[:3]} >= {FEATURE_NAMES[0], FEATURE_NAMES[7]}
    loaded = load_export(tmp_path, save_export(tmp_path, trained.export(version=4)))
    assert loaded.model_id == "fraud-4"
    np.testing.assert_array_equal(loaded.score(data.rows[:500])[0], trained.ensemble.score(data.rows[:500])[0])


def test_a_model_reads_no_more_features_than_are_worked_out_in_line(data, trained):
    read = sorted(trained.ensemble.columns)
    assert {0, 3, 7} <= set(read)
    assert len(read) <= MOST_FEATURES
    blind = np.full_like(data.rows[:500], np.nan)
    blind[:, read] = data.rows[:500][:, read]
    np.testing.assert_array_equal(trained.ensemble.score(blind)[0], trained.ensemble.score(data.rows[:500])[0])


def test_the_halves_of_a_slice_have_about_as_many_frauds_and_do_not_overlap_in_time(data):
    rows = split(data, cutoff_ms=CUTOFF_MS).calibrate
    older, younger = halves(data, rows)
    assert len(older) + len(younger) == len(rows)
    assert data.event_time_ms[older].max() < data.event_time_ms[younger].min()
    assert abs(int(data.fraud[older].sum()) - int(data.fraud[younger].sum())) <= 1


def test_a_network_that_takes_part_is_in_the_export_and_is_read_by_the_scorer_s_kernel(data, trained, tmp_path):
    assert trained.findings.choice.keeps_network == (trained.ensemble.network is not None) == (trained.onnx is not None)
    assert trained.ensemble.network is not None
    loaded = load_export(tmp_path, save_export(tmp_path, trained.export(version=5)))
    assert loaded.onnx == trained.onnx
    assert loaded.ensemble.calibration == trained.ensemble.calibration


def test_without_the_extra_a_model_has_no_network_and_says_so(data, monkeypatch):
    lines: list[str] = []
    monkeypatch.setattr(network, "MODULES", ("torch", "no_such_library"))
    plain = fit(data, cutoff_ms=CUTOFF_MS, progress=lines.append)
    assert plain.ensemble.network is None
    assert plain.onnx is None
    assert any("no network: no_such_library not installed (the extra `deep` brings them)" in line for line in lines)
    assert plain.metrics["auc"] > 0.75


def test_tuned_parameters_are_those_that_the_trees_have(data):
    tuned = fit(data, cutoff_ms=CUTOFF_MS, progress=said, tuning=Bound(trials=2, minutes=5))
    assert len(tuned.findings.tuned.trials) == 2
    for name, value in tuned.findings.tuned.best.parameters.items():
        assert tuned.parameters[name] == value
        assert tuned.booster.params[name] == value


def test_training_twice_gives_the_same_model(data, trained):
    again = fit(data, cutoff_ms=CUTOFF_MS, progress=said)
    np.testing.assert_array_equal(trained.ensemble.score(data.rows[:500])[0], again.ensemble.score(data.rows[:500])[0])


def test_hidden_entities_are_unknown_and_the_rest_is_untouched(data):
    hidden = hide_entities(data.rows, generator=np.random.default_rng(1))
    share = np.isnan(hidden).mean(axis=0)
    assert share[0] > 0.02
    np.testing.assert_array_equal(hidden[~np.isnan(hidden)], data.rows[~np.isnan(hidden)])


def write_lake(folder, *, label_known_at_ms: int) -> Settings:
    settings = Settings(var=folder)
    count = 50
    ids = [f"00000000-0000-0000-0000-{i:012d}" for i in range(count)]
    moments = [START_MS + i * 60_000 for i in range(count)]
    decided = pl.DataFrame(
        {
            "record": "decision", "tenant_id": "demo", "transaction_id": ids, "n": range(count), "event_time_ms": moments,
            "known_at_ms": moments, "amount_minor": 1_000, "channel": "pix", "direction": "debit", "mcc": None,
            "customer_id": "c1", "account_id": "a1", "card_id": None, "device_id": None, "payee_id": "p1",
            "merchant_id": None, "country": "BR", "entry_mode": "app", "ip": None, "latitude_e5": None, "longitude_e5": None,
            "offset": range(count), "payload": b"{}",
        },
        schema_overrides=dict.fromkeys(("mcc", "latitude_e5", "longitude_e5"), pl.Int64)
        | dict.fromkeys(("card_id", "device_id", "merchant_id", "ip"), pl.String),
    )  # fmt: skip
    label = pl.DataFrame(
        {
            "tenant_id": ["demo"], "transaction_id": ids[3:4], "fraud": [True], "kind": ["stolen_card"],
            "known_at_ms": [label_known_at_ms], "offset": [0],
        }
    )  # fmt: skip
    for topic, frame in ((topics.DECISIONS, decided), (topics.LABELS, label)):
        (settings.lake / topic).mkdir(parents=True)
        frame.write_parquet(settings.lake / topic / f"0-{0:020d}-{len(frame) - 1:020d}.parquet")
    return settings


def test_a_label_known_at_the_cutoff_is_used_and_windows_count_only_what_came_before(tmp_path):
    cutoff_ms = START_MS + 30 * DAY_MS
    built = build(write_lake(tmp_path, label_known_at_ms=cutoff_ms), tenant_id="demo", cutoff_ms=cutoff_ms, progress=said)
    assert np.flatnonzero(built.fraud).tolist() == [3]
    counts = built.rows[:, FEATURE_NAMES.index("customer_count_1d")]
    assert counts.tolist() == list(range(1, 51))


def test_a_label_learned_after_the_cutoff_does_not_exist(tmp_path):
    cutoff_ms = START_MS + 30 * DAY_MS
    settings = write_lake(tmp_path, label_known_at_ms=cutoff_ms + 1)
    with pytest.raises(NothingToLearnFrom, match="known fraud"):
        build(settings, tenant_id="demo", cutoff_ms=cutoff_ms, progress=said)


def test_an_empty_lake_says_so(tmp_path):
    with pytest.raises(NothingToLearnFrom, match="no decision of demo"):
        build(Settings(var=tmp_path), tenant_id="demo", cutoff_ms=START_MS, progress=said)


def test_recall_and_thresholds_follow_their_definitions():
    fraud = np.array([True, True, False, False, False, False, False, False, False, False])
    probability = np.array([0.95, 0.2, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    assert recall_at_share(fraud, probability, share=0.1) == 0.5
    assert thresholds(fraud, probability, alert_share=0.3, deny_precision=0.9) == (0.2, 0.95)
    assert expected_calibration_error(np.zeros(10, bool), np.full(10, 0.3)) == pytest.approx(0.3)
