"""What the engines of `baas bench sliding-sum` are asked, and that a sum which is not ours is counted."""

import importlib.util
from collections import defaultdict

import numpy as np
import polars as pl
import pytest

from bench.flink_run import PROJECT
from bench.sliding_flink import write_statements
from bench.sliding_peers import slide
from bench.sliding_sum import polars_sums
from bench.sliding_task import FEATURE, Sum, folded, frame_of, messages, whole, wrong_sums

HOUR_MS = 3_600_000
COUNT = 20_000  # two hours of messages, so that windows fill and empty
EXPECTED = {"a": 5, "b": 7, "c": 9}


@pytest.fixture(scope="module")
def frame():
    return frame_of(messages(COUNT))


@pytest.fixture(scope="module")
def ours(frame):
    return folded(frame)


def test_the_sum_for_faust_is_ours_event_by_event(frame, ours):
    windows = defaultdict(list)
    for row, total in zip(frame.iter_rows(named=True), ours.tolist(), strict=True):
        paid = row["amount_minor"] if row["direction"] == "debit" else 0
        assert slide(windows[row["customer_id"]], at_ms=row["event_time_ms"], paid_minor=paid) == total
    assert max(map(len, windows.values())) < COUNT / 50  # what fell out is forgotten


def test_polars_has_the_same_sums(frame, ours):
    assert (polars_sums(frame) == ours).all()


def test_the_messages_tell_a_sliding_sum_from_simpler_ones(frame, ours):
    """Sums over all that a customer ever paid, over single amounts, and with incoming ones in them, are others."""
    amounts = frame["amount_minor"].to_numpy()
    ever = frame.select(pl.col("amount_minor").cum_sum().over("customer_id")).to_series().to_numpy()
    incoming = (frame["direction"] == "credit").to_numpy()
    assert (ours != amounts).mean() > 0.5
    assert (ours != ever).mean() > 0.5
    assert 0.2 < incoming.mean() < 0.3
    assert (ours[incoming] == 0).any()


def test_an_event_an_hour_before_is_out_and_one_a_millisecond_later_is_in():
    window = []
    assert slide(window, at_ms=0, paid_minor=100) == 100
    assert slide(window, at_ms=1, paid_minor=20) == 120
    assert slide(window, at_ms=HOUR_MS, paid_minor=3) == 23
    assert window == [[1, 20], [HOUR_MS, 3]]


def test_sums_that_are_the_expected_ones_in_any_order_are_right():
    assert wrong_sums([Sum("c", 9), Sum("a", 5), Sum("b", 7)], EXPECTED) == 0


@pytest.mark.parametrize(
    "said",
    [
        [Sum("a", 5), Sum("b", 7)],
        [Sum("a", 5), Sum("b", 7), Sum("c", 8)],
        [Sum("a", 5), Sum("b", 7), Sum("c", 9), Sum("c", 9)],
    ],
    ids=["missing", "other", "twice"],
)
def test_a_sum_that_is_missing_or_other_or_said_twice_is_counted(said):
    assert wrong_sums(said, EXPECTED) == 1


def test_a_sum_that_a_float32_might_round_is_refused():
    assert whole(np.array([2**24 - 1], np.float32)).tolist() == [2**24 - 1]
    with pytest.raises(ValueError, match="more than a float32 says"):
        whole(np.array([2**24], np.float32))


def test_flink_is_asked_for_the_definition(tmp_path):
    specification = importlib.util.spec_from_file_location("flink_job", PROJECT.job)
    job = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(job)
    write_statements(tmp_path)
    options = job.parser().parse_args(["--bootstrap=broker:9092", "--checkpoints=file:///c", f"--sql={tmp_path}"])
    transactions, sums, insert = job.statements(job.substitutions(options), tmp_path)
    assert transactions.startswith("CREATE TABLE transactions")
    assert "'sink.delivery-guarantee' = 'exactly-once'" in sums
    assert FEATURE.window_ms == HOUR_MS
    assert "PARTITION BY tenant_id, customer_id ORDER BY row_time" in insert
    assert "RANGE BETWEEN INTERVAL '0 00:59:59.999' DAY TO SECOND(3) PRECEDING AND CURRENT ROW" in insert
    assert "SUM(CASE WHEN direction = 'debit' THEN amount_minor ELSE 0 END) OVER w" in insert
    assert "$" not in transactions + sums + insert
