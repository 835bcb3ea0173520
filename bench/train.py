"""`baas bench train`: a simulated bank's model, from days to a version: what each step takes, and what the stack is worth.

The set is made as training makes it: simulated days folded by the engine that serves, with labels as they became known. Peers
learn from the same decisions and are calibrated and judged on the same later ones: a logistic regression, and scikit-learn's
gradient trees. `network_batch_*` is the scorer's kernel beside onnxruntime on the same network's file.
"""

import tempfile
import time
import warnings
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from bench.random_network import random_network
from bench.report import Report, parser
from bench.simulated_set import simulated_set
from bench.timing import us_each
from pipelines.training.dataset import TrainingSet
from pipelines.training.findings import Findings
from pipelines.training.metrics import RANKING_AND_CALIBRATION, measure
from pipelines.training.network import Layout, missing
from pipelines.training.onnx_file import INPUT, OUTPUT, as_onnx, prove, session
from pipelines.training.slices import Split, split
from pipelines.training.stack import fit_platt
from pipelines.training.train import fit
from pipelines.training.trained import Trained
from pipelines.training.trees import SEED, draw
from risk.ensemble import Members
from simulator.bank import Plan
from simulator.calendar import day_start_ms

UNTIL_MS = day_start_ms(date(2026, 4, 1))
FULL, QUICK = Plan(customers=3_000, days=75, seed=7, until_ms=UNTIL_MS), Plan(customers=500, days=60, seed=7, until_ms=UNTIL_MS)
BATCHES = (1, 16, 1_024)
RUN_S, QUICK_RUN_S = 0.25, 0.05
PEER_ROUNDS = 200


def main(arguments: list[str] | None = None) -> int:
    """Train on a simulated bank, beside the peers, and print the report."""
    options = parser("train", "What each step of a training takes, and what the stack is worth beside peers").parse_args(
        arguments
    )
    plan = QUICK if options.quick else FULL
    report = Report("train")
    with report.loaded(), tempfile.TemporaryDirectory() as folder:
        data = simulated_set(plan, Path(folder))
        report.figure("set_s", time.monotonic() - report.began_s)
        report.progress(f"{len(data):,} decisions, {int(data.fraud.sum()):,} of them known frauds")
        fit_began_s = time.monotonic()
        trained = fit(data, cutoff_ms=plan.until_ms, progress=report.progress)
        report.figure("fit_s", time.monotonic() - fit_began_s)
        if trained.findings is None:
            raise AssertionError("a model that was trained here says what was found")
        _record(report, trained.findings)
        _peers(report, data, split(data, cutoff_ms=plan.until_ms), trained)
        _network(report, trained.sample, run_s=QUICK_RUN_S if options.quick else RUN_S)
        report.settings |= {
            "customers": plan.customers, "days": plan.days, "decisions": len(data), "frauds": int(data.fraud.sum()),
            "test_decisions": len(trained.findings.fraud), "test_frauds": int(trained.findings.fraud.sum()),
            "features_read": len(trained.ensemble.columns), "network_takes_part": trained.onnx is not None,
        }  # fmt: skip
    report.publish()
    return 0


def _record(report: Report, findings: Findings) -> None:
    """Seconds and memory by step, and each stack's average precision and calibration error."""
    for step in findings.steps:
        report.figure(f"{step.name}_s", step.seconds)
        report.figure(f"{step.name}_peak_mib", step.peak_mib)
    for each in findings.ablation:
        name = each.members.replace(",", "").replace(" ", "_")
        for metric in ("average_precision", "expected_calibration_error"):
            report.figure(f"{name}_{metric}", each.judged.intervals[metric].value)
    for metric in ("average_precision", "average_precision_low", "average_precision_high", "expected_calibration_error"):
        report.figure(f"stack_{metric}", findings.judged.values[metric])
    if findings.choice.gain is not None:
        report.figure("network_gain_on_choosing_days", findings.choice.gain.value)


def _peers(report: Report, data: TrainingSet, parts: Split, trained: Trained) -> None:
    """The same decisions to learn from, the same features, the same days to calibrate and to judge by."""
    columns = np.array(sorted(trained.ensemble.columns), np.int64)
    sample = draw(data, parts.train, generator=np.random.default_rng(SEED))
    layout = Layout.of(sample.rows, columns)
    mine = report.figures["stack_average_precision"].median
    for name, peer, laid_out in (
        ("logistic-regression", LogisticRegression(max_iter=200), layout.lay_out),
        (
            "scikit-learn-trees",
            HistGradientBoostingClassifier(max_iter=PEER_ROUNDS, random_state=SEED),
            partial(_read, columns=columns),
        ),
    ):
        began_s = time.monotonic()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a regression that has not wholly converged
            peer.fit(laid_out(sample.rows), sample.fraud, sample_weight=sample.weight)
        report.baseline(name, "fit_s", time.monotonic() - began_s)
        calibrate, test = (_as_members(peer, laid_out(data.rows[rows])) for rows in (parts.calibrate, parts.test))
        probability = fit_platt(calibrate, data.fraud[parts.calibrate]).probability(test)
        judged = measure(data.fraud[parts.test], probability, RANKING_AND_CALIBRATION, seed=SEED)
        for metric in ("average_precision", "expected_calibration_error"):
            report.baseline(name, metric, judged.intervals[metric].value)
        report.ratio(f"average_precision_gain_vs_{name}", mine - judged.intervals["average_precision"].value)


def _read(rows: NDArray[np.float32], *, columns: NDArray[np.int64]) -> NDArray[np.float32]:
    return rows[:, columns]


def _as_members(peer: Any, rows: NDArray[np.float32]) -> Members:
    margin = np.asarray(peer.decision_function(rows), np.float64)
    return Members(margin, np.zeros(len(margin)), None)


def _network(report: Report, sample: NDArray[np.float32], *, run_s: float) -> None:
    """Microseconds a row of the kernel and of onnxruntime, for made-up weights: a network of the same size takes as long."""
    if missing():
        return
    network = random_network(features=sample.shape[1])
    content = as_onnx(network, features=sample.shape[1])
    rows = np.ascontiguousarray(np.resize(sample, (max(BATCHES), sample.shape[1])))
    report.figure("network_largest_difference", prove(content, network, rows))
    peer = session(content)
    for batch in BATCHES:
        asked, out = rows[:batch], np.empty(batch)
        ours = report.figure(f"network_batch_{batch}_us", us_each(partial(network.logits_into, asked, out), run_s, rows=batch))
        theirs = report.baseline(
            "onnxruntime", f"network_batch_{batch}_us", us_each(partial(peer.run, [OUTPUT], {INPUT: asked}), run_s, rows=batch)
        )
        report.ratio(f"network_batch_{batch}_vs_onnxruntime", theirs / ours)


if __name__ == "__main__":
    raise SystemExit(main())
