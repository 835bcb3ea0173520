"""The Handbook's protocol: its split, its features, and that no label younger than its delay is ever looked at."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import bench.fraud_handbook
from bench.handbook import book, catalogue, model
from bench.handbook.history import HandbookRefused, History, day_number, read
from bench.handbook.protocol import Fold, card_precision, folds, measure
from bench.handbook.terminals import UNUSUAL_FROM, streaks
from feature_store.vocabulary import DAY_MS
from tests.bench.test_benches import check_contract

FIRST_DAY = day_number(date(2018, 4, 1))
DAYS, A_DAY, CUSTOMERS, TERMINALS = 56, 500, 1_200, 300
TRAIN_FROM = FIRST_DAY + 28
MEASURES = {"auc", "average_precision", "card_precision_100"}


def generated(seed: int = 3) -> pl.DataFrame:
    """Two months in the simulator's layout: terminals that are abused for four weeks, and amounts that no customer pays."""
    rng = np.random.default_rng(seed)
    count = DAYS * A_DAY
    second = np.sort(rng.choice(DAYS * DAY_MS // 1000, count, replace=False))
    customer, terminal = rng.integers(0, CUSTOMERS, count), rng.integers(0, TERMINALS, count)
    day = second * 1000 // DAY_MS
    usual = rng.integers(1_000, 8_000, CUSTOMERS)[customer]
    amount = np.maximum(0, rng.normal(usual, usual / 2)).astype(np.int64)
    abused_from = rng.integers(-28, 20 * DAYS, TERMINALS)[terminal]
    abused = (day >= abused_from) & (day < abused_from + 28)
    stolen = rng.random(count) < 0.01
    amount[stolen] *= 5
    return pl.DataFrame(
        {
            "TRANSACTION_ID": np.arange(count, dtype=np.int32),
            "TX_DATETIME": pl.Series(FIRST_DAY * DAY_MS + second * 1000).cast(pl.Datetime("ms")),
            "CUSTOMER_ID": customer.astype(np.int16),
            "TERMINAL_ID": terminal.astype(np.int16),
            "TX_FRAUD": (abused | stolen).astype(np.int8),
            "TX_FRAUD_SCENARIO": np.where(abused, 2, np.where(stolen, 3, 0)).astype(np.int8),
            "TX_AMOUNT_CENTS": amount.astype(np.int32),
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files, the younger one first by name."""
    found, frame = tmp_path_factory.mktemp("handbook"), generated()
    frame.tail(len(frame) // 2).write_parquet(found / "transactions_a.parquet")
    frame.head(len(frame) // 2).write_parquet(found / "transactions_b.parquet")
    (found / "features_of_somebody.parquet").write_bytes(b"never read")
    return found


@pytest.fixture(scope="module")
def history(folder: Path) -> History:
    return read(folder)


def test_files_are_read_together_in_the_order_of_time(history):
    assert len(history) == DAYS * A_DAY
    assert (np.diff(history.time_ms) > 0).all()
    assert (history.transaction_id == np.arange(len(history))).all()


@pytest.mark.parametrize("options", [["--folds", "2"], ["--quick"]])
def test_the_command_reports_each_fold_and_the_mean_beside_the_peer(folder, capsys, options):
    assert bench.fraud_handbook.main([str(folder), "--first-train-day", "2018-04-29", *options]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    check_contract(told, name="fraud-handbook")
    count = told["settings"]["folds"]
    assert count == (1 if "--quick" in options else 2)
    assert told["baselines"].keys() == {"xgboost"}
    for measured in (told["figures"], told["baselines"]["xgboost"]):
        assert measured.keys() == MEASURES | {f"fold_{k}_{name}" for k in range(count) for name in MEASURES}
        for name in MEASURES:
            assert measured[name] == pytest.approx(np.mean([measured[f"fold_{k}_{name}"] for k in range(count)]), abs=1e-4)
    for name in MEASURES:
        gain = told["figures"][name] - told["baselines"]["xgboost"][name]
        assert told["ratios"][f"{name}_gain_vs_xgboost"] == pytest.approx(gain, abs=2e-4)
    assert told["ratios"]["average_precision_gain_vs_xgboost"] > 0
    assert told["settings"]["last_test_day"] == ("2018-05-19" if "--quick" in options else "2018-05-26")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--first-train-day", "2018-03-31"], "hold 2018-04-01 to 2018-05-26"),
        (["--first-train-day", "2018-04-29", "--folds", "3"], "need the days to 2018-06-02"),
        (["--folds", "0"], "at least one fold"),
    ],
)
def test_days_that_the_files_do_not_hold_are_refused_with_what_to_do(folder, capsys, arguments, words):
    assert bench.fraud_handbook.main([str(folder), *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_that_cannot_be_measured_is_refused_with_its_reason(tmp_path, capsys):
    assert bench.fraud_handbook.main([str(tmp_path / "nowhere")]) == 2
    assert bench.fraud_handbook.main([str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "is no folder" in told
    assert "holds no transactions_*.parquet" in told
    generated().drop("TERMINAL_ID").write_parquet(tmp_path / "transactions_0.parquet")
    with pytest.raises(HandbookRefused, match="no column TERMINAL_ID"):
        read(tmp_path)
    (tmp_path / "transactions_0.parquet").write_bytes(b"text")
    with pytest.raises(HandbookRefused, match="no Parquet file"):
        read(tmp_path)
    for name in "01":
        generated().head(5).write_parquet(tmp_path / f"transactions_{name}.parquet")
    with pytest.raises(HandbookRefused, match="transaction 0 is there more than once"):
        read(tmp_path)


def test_weeks_without_a_fraud_are_refused(history):
    innocent = replace(history, fraud=np.zeros(len(history), bool))
    with pytest.raises(HandbookRefused, match="0 are fraud"):
        folds(innocent, first_day=TRAIN_FROM, count=1)


def test_a_fold_trains_waits_and_tests_a_week_each_without_the_cards_known_by_then(history):
    young = folds(history, first_day=TRAIN_FROM, count=2)[1]
    day = history.day - (TRAIN_FROM + 7)
    assert young.train.tolist() == np.flatnonzero((day >= 0) & (day < 7)).tolist()
    expected = []
    for row in np.flatnonzero((day >= 14) & (day < 21)).tolist():
        others = [k for k in np.flatnonzero(history.customer == history.customer[row]).tolist() if history.fraud[k]]
        known = [k for k in others if 0 <= day[k] < 7 or 6 <= day[k] <= day[row] - 8]
        if not known:
            expected.append(row)
    assert young.test.tolist() == expected
    assert 0 < len(expected) < ((day >= 14) & (day < 21)).sum()


def test_card_precision_asks_of_each_card_once_a_day_and_of_a_found_one_never_again():
    moments = np.array([0, 1, 2, 3, DAY_MS, DAY_MS + 1, DAY_MS + 2])
    tiny = History(
        transaction_id=np.arange(7),
        time_ms=moments,
        customer=np.array([1, 1, 2, 3, 1, 2, 3]),
        terminal=np.zeros(7, np.int64),
        amount_cents=np.ones(7, np.int64),
        fraud=np.array([False, True, False, True, True, True, False]),
    )
    score = np.array([9.0, 1.0, 5.0, 2.0, 9.0, 8.0, 7.0])
    # First day: cards 1 (fraud) and 2 are asked about. Second day: card 1 is known, so 2 (fraud) and 3 are.
    assert card_precision(tiny, np.arange(7), score, top=2) == 0.5
    assert measure(tiny, np.arange(7), tiny.fraud.astype(float)).average_precision == 1.0


def test_the_books_features_are_what_a_recount_finds(history):
    rows = book.features(history)
    assert rows.shape == (len(history), len(book.NAMES))
    moments = generated()["TX_DATETIME"]
    for row in np.random.default_rng(1).integers(len(history) // 2, len(history), 60).tolist():
        now, moment = history.time_ms[row], moments[row]
        found = dict(zip(book.NAMES, rows[row].tolist(), strict=True))
        expected = {
            "TX_AMOUNT": history.amount_cents[row] / 100,
            "TX_DURING_WEEKEND": float(moment.weekday() >= 5),
            "TX_DURING_NIGHT": float(moment.hour <= 6),
        }
        for days in (1, 7, 30):
            mine = (history.customer == history.customer[row]) & (history.time_ms <= now)
            mine &= history.time_ms > now - days * DAY_MS
            expected[f"CUSTOMER_ID_NB_TX_{days}DAY_WINDOW"] = mine.sum()
            expected[f"CUSTOMER_ID_AVG_AMOUNT_{days}DAY_WINDOW"] = history.amount_cents[mine].mean() / 100
            there = (history.terminal == history.terminal[row]) & (history.time_ms <= now - 7 * DAY_MS)
            there &= history.time_ms > now - (7 + days) * DAY_MS
            expected[f"TERMINAL_ID_NB_TX_{days}DAY_WINDOW"] = there.sum()
            expected[f"TERMINAL_ID_RISK_{days}DAY_WINDOW"] = history.fraud[there].mean() if there.any() else 0.0
        assert found == pytest.approx(expected)


def test_a_terminals_streak_is_what_a_recount_finds(history):
    ratio = np.random.default_rng(2).uniform(0.2, 3.0, len(history)).astype(np.float32)
    found = streaks(history, ratio)
    lengths = set()
    abused = np.flatnonzero(np.isin(history.terminal, history.terminal[history.fraud]))
    for row in np.random.default_rng(1).choice(abused, 600, replace=False).tolist():
        now = history.time_ms[row]
        there = np.flatnonzero((history.terminal == history.terminal[row]) & (history.time_ms <= now - 7 * DAY_MS)).tolist()
        good, run = None, []
        for k in there:
            if not history.fraud[k]:
                good, run = k, []
            elif ratio[k] < UNUSUAL_FROM:
                run.append(k)
        lengths.add(len(run))
        assert found.length[row] == len(run)
        assert found.begun_ms_ago[row] == pytest.approx(now - history.time_ms[run[0]] if run else np.nan, nan_ok=True)
        assert found.good_ms_ago[row] == pytest.approx(np.nan if good is None else now - history.time_ms[good], nan_ok=True)
    assert {0, 1} < lengths
    assert max(lengths) > 5


def test_labels_younger_than_the_delay_change_no_feature_of_either_side(history):
    """A planted leak: every label of the last week before a moment is turned round, which nobody knows at that moment."""
    moment_ms = int(history.time_ms[-1]) - 2 * DAY_MS
    young = history.time_ms > moment_ms - 7 * DAY_MS
    turned = replace(history, fraud=history.fraud ^ young)
    until = history.time_ms <= moment_ms
    assert young[until].sum() > A_DAY
    for features in (lambda of: model.inputs(of).rows, lambda of: model.inputs(of).unseen_days, book.features):
        before, after = features(history), features(turned)
        np.testing.assert_array_equal(before[until], after[until])
        assert not np.array_equal(before[~until], after[~until], equal_nan=True)  # what is old enough by then is looked at


def test_the_catalogues_share_of_frauds_ends_where_the_books_does(history):
    ours, theirs = catalogue.features(history), book.features(history)
    for days in (7, 30):
        share = np.nan_to_num(ours[f"payee_fraud_share_{days}d"])
        np.testing.assert_allclose(share, theirs[:, book.NAMES.index(f"TERMINAL_ID_RISK_{days}DAY_WINDOW")], atol=1e-6)


def test_the_same_fold_gives_the_same_scores(history):
    given = model.inputs(history)
    fold: Fold = folds(history, first_day=TRAIN_FROM, count=1)[0]
    once, again = (model.scores(given, history, fold, seeds=(1,)) for _ in range(2))
    assert (once == again).all()
    assert len(once) == len(fold.test)
