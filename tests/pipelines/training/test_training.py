"""Training sees what a decision saw, learns what is there to learn, and never what was not known yet."""

import dataclasses
import itertools

import numpy as np
import polars as pl
import pytest

from contracts import topics
from feature_store.definitions import FEATURE_COUNT, FEATURE_NAMES
from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS
from kit.settings import Settings
from pipelines.training.dataset import NothingToLearnFrom, TrainingSet, build, hide_entities
from pipelines.training.metrics import expected_calibration_error, recall_at_share, thresholds
from pipelines.training.train import FEWEST_FRAUDS, MOST_FEATURES, Trained, fit, split
from risk.export import load_export, save_export

START_MS = 1_760_000_000_000
DAYS = 60
CUTOFF_MS = START_MS + DAYS * DAY_MS
ROWS = 16_000


def said(_line: str) -> None:
    """Progress that nobody reads."""


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    generator = np.random.default_rng(5)
    rows = generator.normal(size=(ROWS, FEATURE_COUNT)).astype(np.float32)
    signal = 1.6 * rows[:, 0] + 1.2 * rows[:, 7] * (rows[:, 3] > 0)
    fraud = generator.random(ROWS) < 1 / (1 + np.exp(4.2 - signal))
    moments = np.sort(START_MS + generator.integers(0, DAYS * DAY_MS - LABEL_DELAY_MS, ROWS))
    return TrainingSet(rows=rows, fraud=fraud, event_time_ms=moments, reference={"rows": ROWS})


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
