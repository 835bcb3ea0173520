"""`baas bench forecast` measures what it says on whatever set it is given, and refuses what it cannot forecast."""

import json

import numpy as np
import polars as pl
import pytest

import bench.forecast
from pipelines.forecast.measures import mase, mean_known, scales, smape
from pipelines.forecast.simple import naive
from tests.bench.test_benches import check_contract
from tests.pipelines.forecast.series import seasonal

HORIZON = 7


@pytest.fixture
def files(tmp_path):
    """Ragged rows of a training set as CSV, and what came as Parquet."""
    whole = seasonal(count=6, length=140)
    values = whole.values.copy()
    values[0, :50] = np.nan
    rows = [
        [name, *(value for value in row[:-HORIZON] if not np.isnan(value))]
        for name, row in zip(whole.names, values, strict=True)
    ]
    width = max(map(len, rows))
    train = pl.DataFrame(
        [row + [None] * (width - len(row)) for row in rows], orient="row", schema=[f"V{at}" for at in range(width)]
    )
    test = pl.DataFrame({"series": whole.names} | {f"h{at}": values[:, at - HORIZON] for at in range(HORIZON)})
    train.write_csv(tmp_path / "train.csv")
    test.write_parquet(tmp_path / "test.parquet")
    return tmp_path, type(whole)(whole.names, values, whole.season)


def run(capsys, *arguments):
    assert bench.forecast.main(list(map(str, arguments))) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_each_model_and_the_blend_are_measured_beside_the_naive_ones(files, capsys):
    folder, whole = files
    told = run(
        capsys, "--train", folder / "train.csv", "--test", folder / "test.parquet", "--season", 7,
        "--models", "autoregression,theta", "--ends", 3,
    )  # fmt: skip
    check_contract(told, name="forecast")
    assert told["baselines"].keys() == {"naive", "seasonal_naive", "autoregression", "theta"}
    assert {"mase", "smape", "coverage_80_pct", "coverage_95_pct", "interval_score_80", "wall_s"} <= told["figures"].keys()
    panel, actual = whole.cut(HORIZON), whole.last(HORIZON)
    said = naive(panel.filled(), HORIZON)
    assert told["baselines"]["naive"]["smape"] == pytest.approx(mean_known(smape(said, actual)), abs=1e-3)
    assert told["baselines"]["naive"]["mase_m1"] == pytest.approx(
        mean_known(mase(said, actual, scales(panel, season=1))), abs=1e-3
    )
    assert told["figures"]["mase"] < told["baselines"]["naive"]["mase"]
    assert told["settings"]["horizon"] == HORIZON
    assert told["settings"]["backtests"] == 3


def test_without_a_test_the_last_steps_are_held_out_and_say_the_same(files, tmp_path, capsys):
    folder, whole = files
    long = pl.DataFrame([
        {"series": name, "t": at, "y": value}
        for name, row in zip(whole.names, whole.values, strict=True)
        for at, value in enumerate(row)
        if not np.isnan(value)
    ])  # fmt: skip
    long.write_parquet(tmp_path / "whole.parquet")
    options = ("--season", 7, "--models", "autoregression", "--ends", 2)
    held_out = run(capsys, "--train", tmp_path / "whole.parquet", "--horizon", HORIZON, *options)
    given = run(capsys, "--train", folder / "train.csv", "--test", folder / "test.parquet", *options)
    for figure in ("mase", "smape", "coverage_80_pct"):
        assert held_out["figures"][figure] == pytest.approx(given["figures"][figure])


def test_what_cannot_be_forecast_is_refused_in_a_word(files, capsys):
    folder, _ = files
    for arguments in (
        ("--train", folder / "absent.csv", "--season", 7, "--horizon", 7),
        ("--train", folder / "train.csv", "--season", 0, "--horizon", 7),
        ("--train", folder / "train.csv", "--season", 7, "--horizon", 7, "--models", "oracle"),
    ):
        assert bench.forecast.main(list(map(str, arguments))) == bench.forecast.REFUSED
        assert "The series cannot be forecast" in capsys.readouterr().err
