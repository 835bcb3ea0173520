"""The card says what a version is for, what it learned from, how good it is, for whom, and where it should not be trusted."""

import csv
import json

import numpy as np
import pytest

from pipelines.training.card import model_card
from pipelines.training.evaluation import write_evaluation
from pipelines.training.findings import by_segment, cost_curve
from pipelines.training.imbalance import SCHEMES
from pipelines.training.train import fit
from pipelines.training.trained import Trained
from risk.costs import CostModel
from tests.pipelines.training.sets import START_MS, made_up_set

DAYS = 60
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def trained() -> Trained:
    data = made_up_set(rows=8_000, days=DAYS, topic="risk.decisions.v1", last_offset=4_711)
    return fit(data, cutoff_ms=int(data.reference["cutoff_ms"]), progress=lambda _line: None)


@pytest.fixture(scope="module")
def card(trained) -> str:
    return model_card(trained, trained.findings, version=12)


def table(card: str, heading: str) -> list[list[str]]:
    """The rows of the last table below a heading, without its head."""
    section = card.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return rows[1:]


def test_it_names_the_version_the_data_and_each_slice(trained, card):
    assert card.startswith("# fraud 12\n")
    assert "| last_offset | 4711 |" in card
    assert [line[0] for line in table(card, "Data")][-4:] == ["learn", "stop", "stack and calibrate", "judge"]
    assert all(
        later.first_ms > earlier.last_ms
        for earlier, later in zip(trained.findings.slices, trained.findings.slices[1:], strict=False)
    )
    assert trained.findings.slices[0].first_ms > START_MS


def test_it_has_every_figure_with_its_interval(trained, card):
    rows = dict(table(card, "How good it is"))
    precision = trained.findings.judged.intervals["average_precision"]
    assert rows["average precision"] == f"{precision.value:.4f} [{precision.low:.4f}, {precision.high:.4f}]"
    assert len(rows) == len(trained.findings.judged.intervals)


def test_it_has_calibration_imbalance_and_what_each_member_is_worth(trained, card):
    choice = trained.findings.choice
    assert f"{choice.platt_brier:.6f} with Platt's and {choice.isotonic_brier:.6f} with the isotonic one" in card
    assert len(table(card, "Calibration")) == len(trained.findings.reliability)
    assert [row[0] for row in table(card, "Few frauds among many")] == list(SCHEMES)
    members = [row[0] for row in table(card, "Members")]
    assert members[-5:] == [
        "trees alone", "isolation forest alone", "network alone", "trees and isolation forest",
        "trees, isolation forest and network",
    ]  # fmt: skip
    assert f"{choice.with_network:.4f} with it and {choice.without_network:.4f} without" in card
    assert "nothing was tuned" in card


def test_its_segments_add_up_and_say_what_was_found_and_expected(trained, card):
    fraud, probability = trained.findings.fraud, trained.findings.probability
    rows = table(card, "By segment")
    assert {row[0] for row in rows} == {"channel", "amount", "part of the day"}
    for dimension in ("channel", "amount", "part of the day"):
        mine = [each for each in trained.findings.segments if each.dimension == dimension]
        assert sum(each.decisions for each in mine) == len(fraud)
        assert sum(each.frauds for each in mine) == fraud.sum()
        assert sum(each.expected_frauds for each in mine) == pytest.approx(probability.sum())


def test_a_segment_counts_its_own_frauds_found_and_false_alarms():
    fraud = np.zeros(1_000, bool)
    fraud[[0, 1, 2, 500]] = True
    probability = np.full(1_000, 0.001)
    probability[[0, 1, 3, 500, 501, 502]] = 0.9  # six of a thousand: exactly what is flagged
    numbers = (np.arange(1_000) >= 500).astype(np.int64)
    first, second = by_segment({"half": (numbers, ("first", "second", "empty"))}, fraud, probability)
    assert (first.group, first.frauds, first.false_alarms) == ("first", 3, 1)
    assert first.recall == pytest.approx(2 / 3)
    assert (second.group, second.frauds, second.recall, second.false_alarms) == ("second", 1, 1.0, 2)


def test_costs_are_those_of_the_bank_s_cost_model():
    fraud = np.array([True] + [False] * 199)
    probability = np.concatenate([[0.9], np.full(199, 0.1)])
    amount = np.full(200, 10_000)
    points = cost_curve(fraud, probability, amount, deny_from=2.0)
    model = CostModel()
    caught = model.review_minor + 10_000 * (1 - model.review_catches)
    [point] = [each for each in points if each.looked_at == 0.006]
    assert point.cost_minor == pytest.approx(caught / 200 * 1_000)
    assert point.frauds_missed_minor == 0


def test_pictures_and_tables_are_written_beside_the_card(trained, card, tmp_path):
    write_evaluation(tmp_path, trained, trained.findings, version=12)
    assert (tmp_path / "model_card.md").read_text() == card
    files = {path.name: path for path in (tmp_path / "evaluation").iterdir()}
    for name in ("precision_recall.png", "roc.png", "reliability.png", "costs.png"):
        assert files[name].read_bytes().startswith(PNG)
        assert files[name].stat().st_size > 5_000
    tables = json.loads(files["tables.json"].read_text())
    for name, rows in tables.items():
        with files[f"{name}.csv"].open() as source:
            assert len(list(csv.DictReader(source))) == len(rows)
    assert {"slices", "reliability", "segments", "costs", "ablation", "imbalance"} <= tables.keys()
