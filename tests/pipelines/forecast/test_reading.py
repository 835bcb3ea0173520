"""A set of series comes as it comes: long or wide, ragged, dated or counted, with gaps."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pipelines.forecast.panel import BadPanel
from pipelines.forecast.reading import panel_of, read


def written(folder, name, frame):
    path = folder / name
    _ = frame.write_parquet(path) if path.suffix == ".parquet" else frame.write_csv(path)
    return path


WIDE_TRAIN = pl.DataFrame({"V1": ["a", "b"], "V2": [1.0, 7.0], "V3": [2.0, 8.0], "V4": [3.0, None]})
WIDE_TEST = pl.DataFrame({"V1": ["b", "a"], "V2": [9.0, 4.0], "V3": [10.0, 5.0]})


def test_ragged_wide_rows_end_where_their_values_end(tmp_path):
    train, test = read(written(tmp_path, "train.csv", WIDE_TRAIN)), read(written(tmp_path, "test.csv", WIDE_TEST))
    panel, actual = panel_of(train, test, season=1, horizon=None)
    assert panel.names == ("a", "b")
    assert panel.values[0].tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(panel.values[1, 0])
    assert panel.values[1, 1:].tolist() == [7.0, 8.0]
    assert actual.tolist() == [[4.0, 5.0], [9.0, 10.0]]


def test_a_long_file_with_counted_steps_goes_with_a_wide_test(tmp_path):
    long = pl.DataFrame({"series": ["a"] * 3 + ["b"] * 2, "t": [0, 1, 2, 0, 1], "y": [1.0, 2.0, 3.0, 7.0, 8.0]})
    train, test = read(written(tmp_path, "train.parquet", long)), read(written(tmp_path, "test.csv", WIDE_TEST))
    panel, actual = panel_of(train, test, season=1, horizon=None)
    assert panel.values[0].tolist() == [1.0, 2.0, 3.0]
    assert panel.last_days is None
    assert actual.tolist() == [[4.0, 5.0], [9.0, 10.0]]


def days_from(first, count):
    return [date.fromisoformat(first) + timedelta(at) for at in range(count)]


def test_dates_put_values_where_they_belong_and_what_is_missing_is_a_gap(tmp_path):
    days = days_from("2026-01-01", 6)
    long = pl.DataFrame({"unique_id": ["a"] * 4, "ds": [days[0], days[1], days[2], days[4]], "y": [1.0, 2.0, 3.0, 5.0]})
    test = pl.DataFrame(
        {"unique_id": ["a"] * 2, "ds": [days_from("2026-01-07", 2)[0], days_from("2026-01-07", 2)[1]], "y": [7.0, 8.0]}
    )
    panel, actual = panel_of(
        read(written(tmp_path, "train.csv", long)), read(written(tmp_path, "test.csv", test)), season=7, horizon=None
    )
    assert panel.last_days == np.array(["2026-01-06"], dtype="datetime64[D]")
    assert np.isnan(panel.values[0, [3, 5]]).all()
    assert panel.values[0, [0, 1, 2, 4]].tolist() == [1.0, 2.0, 3.0, 5.0]
    assert actual.tolist() == [[7.0, 8.0]]


def test_weeks_are_seven_days_apart_and_months_are_counted(tmp_path):
    weeks = [date(2026, 1, 5) + timedelta(7 * at) for at in range(5)]
    months = [date(2026, at, 1) for at in range(1, 6)]
    for days, step, dated in ((weeks, 7, True), (months, 1, False)):
        long = pl.DataFrame({"series": ["a"] * 5, "date": days, "value": [1.0, 2.0, 3.0, 4.0, 5.0]})
        panel, actual = panel_of(read(written(tmp_path, "train.csv", long)), None, season=1, horizon=2)
        assert panel.values.tolist() == [[1.0, 2.0, 3.0]]
        assert (panel.step_days, panel.last_days is not None) == (step, dated)
        assert actual.tolist() == [[4.0, 5.0]]


def test_without_a_test_the_last_steps_are_held_out(tmp_path):
    panel, actual = panel_of(read(written(tmp_path, "train.csv", WIDE_TRAIN.head(1))), None, season=1, horizon=1)
    assert panel.values.tolist() == [[1.0, 2.0]]
    assert actual.tolist() == [[3.0]]


def test_files_that_name_other_series_are_refused(tmp_path):
    train = read(written(tmp_path, "train.csv", WIDE_TRAIN))
    test = read(written(tmp_path, "test.csv", WIDE_TEST.head(1)))
    with pytest.raises(BadPanel, match="not in the test file: a"):
        panel_of(train, test, season=1, horizon=None)


def test_a_file_without_series_is_refused(tmp_path):
    with pytest.raises(BadPanel):
        read(written(tmp_path, "train.csv", pl.DataFrame({"V1": ["a"]})))
    with pytest.raises(BadPanel):
        read(tmp_path / "absent.csv")
    with pytest.raises(BadPanel, match="no value at all"):
        panel_of(
            read(written(tmp_path, "none.csv", pl.DataFrame({"V1": ["a", "b"], "V2": [1.0, None], "V3": [2.0, None]}))),
            None,
            season=1,
            horizon=1,
        )
