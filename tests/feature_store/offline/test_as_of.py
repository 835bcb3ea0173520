"""What was known at a moment, against a search through all rows."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feature_store.offline.as_of import newest, values_as_of
from feature_store.offline.files import MOMENT, file_of, files_in, replace_file

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
KEYS = ["tenant_id", "customer_id"]
HOUR = timedelta(hours=1)

Row = tuple[str, str, int, int, float]
SCHEMA = {"tenant_id": pl.String, "customer_id": pl.String, "day_end": MOMENT, "known_at": MOMENT, "value": pl.Float32}


def at(hour: int) -> datetime:
    return NOON + hour * HOUR


def written(folder: Path, rows: list[Row]) -> list[Path]:
    """A file a tenant and day, as whoever makes profiles leaves them."""
    frame = pl.DataFrame(
        [(tenant, customer, at(day_end), at(known_at), value) for tenant, customer, day_end, known_at, value in rows],
        schema=SCHEMA,
        orient="row",
    )
    for (tenant, day_end), part in frame.partition_by("tenant_id", "day_end", as_dict=True).items():
        # Days of an hour, so that the search has many of them.
        replace_file(file_of(folder, tenant_id=tenant, day=(NOON + (day_end - NOON) * 24).date()), part)
    return files_in(folder)


def asked(*questions: tuple[str, str | None, int]) -> pl.DataFrame:
    rows = [(tenant, customer, at(hour)) for tenant, customer, hour in questions]
    return pl.DataFrame(
        rows, schema={"tenant_id": pl.String, "customer_id": pl.String, "event_timestamp": MOMENT}, orient="row"
    )


def answers(files: list[Path], questions: pl.DataFrame, **more: int) -> list[float | None]:
    found = values_as_of(
        questions,
        files,
        keys=KEYS,
        moment="event_timestamp",
        features=["value"],
        day_end="day_end",
        known_at="known_at",
        **more,
    )
    return found["value"].to_list()


TENANTS, CUSTOMERS, HOURS = st.sampled_from(["demo", "other"]), st.sampled_from(["a", "b"]), st.integers(0, 12)
ROWS = st.lists(st.tuples(TENANTS, CUSTOMERS, HOURS, HOURS), unique=True, max_size=40)
QUESTIONS = st.lists(st.tuples(TENANTS, st.sampled_from(["a", "b", "never seen", None]), st.integers(-1, 13)), min_size=1)


@settings(max_examples=60, deadline=None)
@given(ROWS, QUESTIONS, st.sampled_from([1, 10, 10**9]), st.sampled_from([0, 3]))
def test_the_newest_day_that_had_ended_and_was_known_is_seen(
    rows: list[tuple[str, str, int, int]], questions: list[tuple[str, str | None, int]], held_values: int, ttl_h: int
) -> None:
    numbered = [(*row, float(number)) for number, row in enumerate(rows)]
    expected: list[float | None] = []
    for tenant, customer, hour in questions:
        seen = [row for row in numbered if row[:2] == (tenant, customer) and row[2] <= hour and row[3] <= hour]
        seen = [max(seen, key=lambda row: row[2:4])] if seen else []
        expected.append(next((row[4] for row in seen if not ttl_h or row[2] > hour - ttl_h), None))
    with tempfile.TemporaryDirectory() as folder:
        files = written(Path(folder), numbered)
        assert answers(files, asked(*questions), held_values=held_values, ttl_us=ttl_h * 3_600_000_000) == expected


def test_a_moment_on_a_day_s_end_sees_that_day_and_one_before_it_does_not(tmp_path: Path) -> None:
    files = written(tmp_path, [("demo", "a", 0, 0, 1.0), ("demo", "a", 1, 1, 2.0)])
    just_before = asked(("demo", "a", 1)).with_columns(pl.col("event_timestamp") - pl.duration(microseconds=1))
    assert answers(files, asked(("demo", "a", 1))) == [2.0]
    assert answers(files, just_before) == [1.0]


def test_a_backfill_that_came_late_is_not_seen_before_it_was_known_nor_in_place_of_a_later_day(tmp_path: Path) -> None:
    files = written(tmp_path, [("demo", "a", 0, 5, 1.0), ("demo", "a", 2, 2, 2.0)])
    questions = asked(("demo", "a", 1), ("demo", "a", 3), ("demo", "a", 6))
    assert answers(files, questions) == [None, 2.0, 2.0]


def test_a_day_that_was_known_better_later_is_seen_as_it_was_known(tmp_path: Path) -> None:
    files = written(tmp_path, [("demo", "a", 0, 0, 1.0), ("demo", "a", 0, 4, 2.0)])
    assert answers(files, asked(("demo", "a", 3), ("demo", "a", 4))) == [1.0, 2.0]


def test_without_a_file_nothing_is_known(tmp_path: Path) -> None:
    assert answers(files_in(tmp_path), asked(("demo", "a", 1), ("demo", "b", 1))) == [None, None]


def test_the_newest_row_of_each_entity_is_of_the_last_day_and_then_of_the_last_knowledge(tmp_path: Path) -> None:
    rows = [("demo", "a", 0, 9, 1.0), ("demo", "a", 1, 1, 2.0), ("demo", "a", 1, 2, 3.0), ("demo", "b", 0, 0, 4.0)]
    files = written(tmp_path, rows)
    found = newest(files, keys=KEYS, columns=["value"], order=["day_end", "known_at"], where=pl.col("day_end") <= at(1))
    assert dict(found.sort("customer_id").select("customer_id", "value").iter_rows()) == {"a": 3.0, "b": 4.0}


def test_a_feature_that_came_since_is_unknown_in_days_before_it_and_one_that_went_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, [("demo", "a", 0, 0, 1.0)])
    newer = pl.DataFrame([("demo", "b", at(1), at(1), 2.0)], schema=SCHEMA, orient="row").rename({"value": "newer"})
    replace_file(file_of(tmp_path, tenant_id="demo", day=at(24).date()), newer)
    questions = asked(("demo", "a", 2), ("demo", "b", 2))

    def values(feature: str) -> list[float | None]:
        found = values_as_of(
            questions,
            files_in(tmp_path),
            keys=KEYS,
            moment="event_timestamp",
            features=[feature],
            day_end="day_end",
            known_at="known_at",
        )
        return found[feature].to_list()

    assert values("newer") == [None, 2.0]
    assert values("not yet made") == [None, None]


def test_a_file_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    (path,) = written(tmp_path, [("demo", "a", 0, 0, 1.0)])
    before = path.read_bytes()
    unwritable = pl.DataFrame({"value": pl.Series([object()], dtype=pl.Object)})
    with pytest.raises(pl.exceptions.PolarsError):
        replace_file(path, unwritable)
    assert path.read_bytes() == before
    assert list(tmp_path.rglob("*.parquet*")) == [path]
