"""The lake is read whole or not at all, and a decision is what it was overridden to."""

from pathlib import Path

import polars as pl
import pytest

from contracts.topics import DECISIONS, LABELS
from kit.lake.manifest import file_name
from pipelines.lake import LakeGap, decisions, labels, offset_ranges

ANSWERS = {"verdict": pl.String, "probability": pl.Float64, "rules": pl.List(pl.String), "scored_at_ms": pl.Int64}


def records(*rows: dict) -> pl.DataFrame:
    """Rows of the decision log: `n` is the offset as well."""
    whole = [
        {"record": "decision", "tenant_id": "demo", "verdict": None, "probability": None, "rules": None, "scored_at_ms": None,
         "amount_minor": None, "offset": row["n"], "payload": b"{}"} | row
        for row in rows
    ]  # fmt: skip
    return pl.DataFrame(whole, schema_overrides=ANSWERS | {"amount_minor": pl.Int64})


def write(lake: Path, topic: str, frame: pl.DataFrame, *, first: int, last: int, partition: int = 0) -> Path:
    (lake / topic).mkdir(parents=True, exist_ok=True)
    path = lake / topic / file_name(partition=partition, first=first, last=last)
    frame.write_parquet(path)
    return path


def decided(n: int) -> pl.DataFrame:
    return records({"n": n, "transaction_id": f"t{n}", "verdict": "allow"})


def test_files_that_follow_each_other_are_whole_although_no_row_has_the_offsets_of_transaction_markers(tmp_path):
    write(tmp_path, DECISIONS, decided(3), first=0, last=9)
    write(tmp_path, DECISIONS, decided(12), first=10, last=12)
    write(tmp_path, DECISIONS, decided(0), first=0, last=4, partition=1)
    assert [(file.partition, file.first_offset, file.last_offset) for file in offset_ranges(tmp_path, DECISIONS)] == [
        (0, 0, 9), (0, 10, 12), (1, 0, 4),
    ]  # fmt: skip
    assert decisions(tmp_path, columns=["transaction_id"])["transaction_id"].to_list() == ["t0", "t3", "t12"]


def test_a_file_that_is_missing_between_two_is_an_error_that_names_its_offsets(tmp_path):
    write(tmp_path, DECISIONS, decided(0), first=0, last=9)
    write(tmp_path, DECISIONS, decided(10), first=10, last=19).unlink()
    write(tmp_path, DECISIONS, decided(20), first=20, last=29)
    with pytest.raises(LakeGap, match="offsets 10 to 19 of partition 0"):
        decisions(tmp_path)


def test_a_log_that_is_kept_for_ever_and_has_lost_its_first_file_is_an_error(tmp_path):
    write(tmp_path, DECISIONS, decided(10), first=10, last=19)
    with pytest.raises(LakeGap, match="nothing covers offsets 0 to 9"):
        decisions(tmp_path)


def test_a_topic_of_which_the_broker_forgets_the_oldest_may_begin_later(tmp_path):
    label = {
        "tenant_id": "demo",
        "transaction_id": "t1",
        "fraud": True,
        "kind": "account_takeover",
        "known_at_ms": 5,
        "offset": 7,
    }
    write(tmp_path, LABELS, pl.DataFrame([label]), first=7, last=7)
    assert labels(tmp_path, known_by_ms=5)["transaction_id"].to_list() == ["t1"]


def test_files_that_overlap_are_an_error(tmp_path):
    write(tmp_path, DECISIONS, decided(0), first=0, last=9)
    write(tmp_path, DECISIONS, decided(9), first=9, last=19)
    with pytest.raises(LakeGap, match="overlap"):
        decisions(tmp_path)


def test_a_decision_has_the_answer_of_its_last_override_and_keeps_what_is_not_the_answer_s(tmp_path):
    first = records(
        {"n": 0, "transaction_id": "a", "verdict": "deny", "probability": 0.9, "rules": ["x"], "scored_at_ms": 1,
         "amount_minor": 7},
        {"n": 1, "transaction_id": "b", "verdict": "allow", "probability": 0.1, "rules": [], "scored_at_ms": 2,
         "amount_minor": 8},
        {"n": 2, "transaction_id": "a", "record": "override", "verdict": "review", "probability": 0.5, "scored_at_ms": 3},
    )  # fmt: skip
    second = records(
        {"n": 3, "transaction_id": "a", "record": "override", "verdict": "allow", "rules": [], "scored_at_ms": 4},
        {"n": 4, "transaction_id": "b", "tenant_id": "other", "record": "override", "verdict": "deny", "scored_at_ms": 5},
    )
    write(tmp_path, DECISIONS, first, first=0, last=2)
    write(tmp_path, DECISIONS, second, first=3, last=4)
    columns = ["transaction_id", "verdict", "probability", "rules", "scored_at_ms", "amount_minor"]
    assert decisions(tmp_path, columns=columns).rows() == [("a", "allow", None, [], 4, 7), ("b", "allow", 0.1, [], 2, 8)]
    assert decisions(tmp_path, tenant_id="demo").columns == [
        "record", "tenant_id", "verdict", "probability", "rules", "scored_at_ms", "amount_minor", "offset", "n",
        "transaction_id",
    ]  # fmt: skip
