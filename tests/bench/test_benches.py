"""Each bench keeps the contract: a table, one JSON object as the last line, and an exit code that can be trusted."""

import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import bench.features
import bench.rules
from bench.report import Report

BAAS = Path(sys.executable).parent / "baas"
# The ones that need no server and take the least time.
CHEAPEST = {"forest": {"lightgbm", "scikit-learn"}, "features": {"polars"}, "rules": {"polars"}}
BOUND_S = 240
PARTS = {"bench", "figures", "baselines", "ratios", "spread", "settings", "machine"}


def check_contract(told: dict, *, name: str) -> None:
    assert told.keys() == PARTS
    assert told["bench"] == name
    figures = {
        **told["figures"],
        **{f"{peer}.{key}": value for peer, of in told["baselines"].items() for key, value in of.items()},
    }
    assert figures
    assert all(
        isinstance(value, int | float) and math.isfinite(value) for value in (*figures.values(), *told["ratios"].values())
    )
    for spread_of, spread in told["spread"].items():
        assert spread["low"] <= figures[spread_of] <= spread["high"]
        assert spread["runs"] > 1
    for ratio in told["ratios"]:
        assert ratio.partition("_vs_")[2] in told["baselines"]
    assert told["machine"].keys() == {"cpu", "cores", "memory_gib", "system", "python", "load_1m"}


@pytest.mark.timeout(BOUND_S + 60)
@pytest.mark.parametrize("name", sorted(CHEAPEST))
def test_a_quick_run_ends_with_its_figures_and_those_of_its_peers(name, tmp_path):
    ran = subprocess.run(
        [BAAS, "bench", name, "--quick"], cwd=tmp_path, capture_output=True, text=True, timeout=BOUND_S, check=False
    )
    assert ran.returncode == 0, ran.stderr
    *table, last = ran.stdout.splitlines()
    told = json.loads(last)
    check_contract(told, name=name)
    assert told["baselines"].keys() == CHEAPEST[name]
    assert re.match(r"figure +median +low +high", table[0])
    for figure in told["figures"]:
        assert any(line.startswith(figure) for line in table)
    assert list(tmp_path.iterdir()) == []


def test_features_that_differ_from_the_peers_fail_the_bench(monkeypatch, capsys):
    """The peer's own answers with one value moved, as a defect of either engine would show."""
    true = bench.features.window_features

    def moved(frame):
        values = true(frame)
        first = values.columns[0]
        return values.with_columns(values[first].scatter(0, values[first].fill_null(0).fill_nan(0)[0] + 1).alias(first))

    monkeypatch.setattr(bench.features, "window_features", moved)
    small = {"history": 2_000, "rounds": 2, "round_batches": 1, "small_calls": 5, "parity": 500, "parity_rounds": 1}
    monkeypatch.setattr(bench.features, "QUICK", small)
    monkeypatch.setattr(sys, "argv", ["features", "--quick"])
    assert bench.features.main() == 1
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["figures"]["mismatches"] == 1


def test_rules_that_differ_from_the_peers_fail_the_bench(monkeypatch, capsys):
    """The peer's own answers with one rule turned round, as a defect of either would show."""
    true = bench.rules.expression_of
    asked = []

    def turned(term):
        asked.append(term)
        return true(term) if len(asked) > 1 else ~true(term)

    monkeypatch.setattr(bench.rules, "expression_of", turned)
    monkeypatch.setattr(bench.rules, "QUICK_RUN_S", 0.001)
    assert bench.rules.main(["--quick"]) == 1
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["figures"]["mismatches"] > 0


def test_the_median_is_reported_with_how_far_the_samples_reach():
    report = Report("mine")
    assert report.figure("rate_per_s", [30.0, 10.0, 20.0]) == 20.0
    report.baseline("peer", "rate_per_s", 5.0)
    report.ratio("rate_vs_peer", 4.0)
    told = json.loads(report.as_json())
    check_contract(told, name="mine")
    assert told["spread"] == {"rate_per_s": {"low": 10.0, "high": 30.0, "runs": 3}}


@pytest.mark.parametrize("samples", [[], [1.0, float("nan")], [float("inf")]])
def test_what_was_not_measured_is_refused_and_never_zero(samples):
    with pytest.raises(ValueError, match=r"not a measurement|nothing was measured"):
        Report("mine").figure("rate_per_s", samples)


def test_numbers_of_numpy_are_numbers_in_the_object():
    report = Report("mine")
    report.figure("p50_us", np.array([1.0, 2.0, 4.0]))
    assert json.loads(report.as_json())["figures"] == {"p50_us": 2.0}
