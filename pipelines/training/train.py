"""Train the fraud model: members on older days, stopped, stacked, calibrated and judged on ever younger ones."""

import numpy as np
from numpy.typing import NDArray

from feature_store.definitions import FEATURE_NAMES
from kit.settings import Settings
from pipelines.segments import segments
from pipelines.training import imbalance, network, onnx_file
from pipelines.training.bound import Bound
from pipelines.training.dataset import Progress, TrainingSet, build
from pipelines.training.findings import Findings, ablate, by_segment, cost_curve, slices_of
from pipelines.training.metrics import judge, reliability, thresholds
from pipelines.training.slices import TEST_DAYS, Split, halves, split
from pipelines.training.stack import Choice, choose
from pipelines.training.steps import Steps
from pipelines.training.trained import Trained
from pipelines.training.trees import (
    FILL,
    ISOLATION_SAMPLES,
    SEED,
    TREES,
    Parameters,
    Sample,
    choose_features,
    draw,
    fit_isolation,
    fit_trees,
)
from pipelines.training.tuning import Tuned, tune
from risk.ensemble import Calibration, Ensemble, Members
from risk.export import SAMPLE_ROWS
from risk.forest_compiler import from_lightgbm
from risk.gate import ALERT_SHARE
from risk.network import Network

QUANTILE_ROWS = 200_000
DENY_PRECISION = 0.9
_UNSTACKED = Calibration(1.0, 0.0, 0.0)


def train(
    settings: Settings, *, cutoff_ms: int, progress: Progress, tenant_id: str = "demo", tuning: Bound | None = None
) -> Trained:
    """Train on what was known at `cutoff_ms`. Raises NothingToLearnFrom."""
    data = build(settings, tenant_id=tenant_id, cutoff_ms=cutoff_ms, progress=progress)
    return fit(data, cutoff_ms=cutoff_ms, progress=progress, tuning=tuning)


def fit(data: TrainingSet, *, cutoff_ms: int, progress: Progress, tuning: Bound | None = None) -> Trained:
    """Fit the members, the stack and the thresholds, and judge them on the youngest slice. Raises NothingToLearnFrom."""
    parts, steps = split(data, cutoff_ms=cutoff_ms), Steps()
    generator = np.random.default_rng(SEED)
    progress(f"training on {len(parts.train):,} decisions, {int(data.fraud[parts.train].sum()):,} of them known frauds")
    with steps.step("features"):
        sample = draw(data, parts.train, generator=generator)
        best = choose_features(sample)
    columns = np.sort(best)
    progress(f"reading {len(columns)} of {len(FEATURE_NAMES)} features: those that tell most")
    tuned = None
    if tuning is not None:
        with steps.step("tuning"):
            tuned = _tuned(data, parts, columns, tuning, progress)
    usual: Parameters = TREES if tuned is None else tuned.parameters
    with steps.step("imbalance"):
        compared = imbalance.compare(
            data, train=parts.train, later=parts.stop, columns=columns, usual=usual, generator=np.random.default_rng(SEED)
        )
    scheme = next(each.scheme for each in compared if each.taken)
    progress(f"learning from few frauds: {scheme}")
    with steps.step("trees"):
        weighted = Sample(sample.rows, sample.fraud, imbalance.weights(scheme, sample))
        booster = fit_trees(weighted, data, parts.stop, columns, parameters=imbalance.parameters(scheme, usual))
        trees = from_lightgbm(booster.dump_model(num_iteration=booster.best_iteration))
    with steps.step("isolation"):
        isolation = fit_isolation(data.rows[parts.train], columns, generator)
    with steps.step("network"):
        learned, about_network = _fit_network(sample, data, parts, best, progress)
    fill = np.full(len(FEATURE_NAMES), FILL, np.float32)
    raw = Ensemble(trees, isolation, ISOLATION_SAMPLES, fill, _UNSTACKED, learned)
    with steps.step("stack"):
        judging = np.ascontiguousarray(data.rows[parts.test])
        said, heard = raw.members(np.ascontiguousarray(data.rows[parts.calibrate])), raw.members(judging)
        choice = _choose(data, parts, said)
    progress(_about(choice))
    review_from, deny_from = thresholds(
        data.fraud[parts.calibrate],
        choice.calibration.probability(said),
        alert_share=ALERT_SHARE,
        deny_precision=DENY_PRECISION,
    )
    with steps.step("judging"):
        findings = _judge(
            data, parts, (said, heard), choice=choice, compared=compared, tuned=tuned, about_network=about_network,
            deny_from=deny_from, steps=steps,
        )  # fmt: skip
    precision, error = (findings.judged.intervals[name] for name in ("average_precision", "expected_calibration_error"))
    progress(f"on {TEST_DAYS} later days: average precision {precision}, calibration error {error}")
    kept = learned if choice.keeps_network else None
    gained = booster.feature_importance("gain", iteration=booster.best_iteration)
    rows = np.ascontiguousarray(judging[generator.choice(len(judging), min(SAMPLE_ROWS, len(judging)), replace=False)])
    return Trained(
        ensemble=Ensemble(trees, isolation, ISOLATION_SAMPLES, fill, choice.calibration, kept),
        booster=booster,
        review_from=review_from,
        deny_from=deny_from,
        quantiles=_quantiles(data.rows[parts.train], generator),
        importance=gained / gained.sum(),
        sample=rows,
        metrics=findings.judged.values,
        reference=data.reference,
        onnx=_file(kept, rows),
        parameters={**usual, "imbalance": scheme},
        findings=findings,
    )


def _judge(
    data: TrainingSet,
    parts: Split,
    members: tuple[Members, Members],
    *,
    choice: Choice,
    compared: list[imbalance.Compared],
    tuned: Tuned | None,
    about_network: str,
    deny_from: float,
    steps: Steps,
) -> Findings:
    """Everything that is to be said of the youngest slice; `members` are what they say of `calibrate` and of `test`."""
    said, heard = members
    fraud, probability = data.fraud[parts.test], choice.calibration.probability(heard)
    groups = segments(
        event_time_ms=data.event_time_ms[parts.test],
        channel=data.channel[parts.test],
        amount_minor=data.amount_minor[parts.test],
    )
    return Findings(
        slices=slices_of(data, parts),
        judged=judge(fraud, probability, alert_share=ALERT_SHARE, seed=SEED),
        choice=choice,
        reliability=reliability(fraud, probability),
        ablation=ablate(said, data.fraud[parts.calibrate], heard, fraud, seed=SEED),
        segments=by_segment(groups, fraud, probability),
        costs=cost_curve(fraud, probability, data.amount_minor[parts.test], deny_from=deny_from),
        imbalance=compared,
        tuned=tuned,
        network=about_network,
        steps=steps.done,
        fraud=fraud,
        probability=probability,
    )


def _tuned(data: TrainingSet, parts: Split, columns: NDArray[np.int64], tuning: Bound, progress: Progress) -> Tuned | None:
    found = tune(data, train=parts.train, columns=columns, bound=tuning, progress=progress)
    if found is None:
        progress("not tuned: the days to learn from hold too few frauds to judge trials by")
    return found


def _fit_network(
    sample: Sample, data: TrainingSet, parts: Split, best: NDArray[np.int64], progress: Progress
) -> tuple[Network | None, str]:
    """The network, and what is to be said of it."""
    if missing := network.missing():
        said = f"no network: {', '.join(missing)} not installed (the extra `{network.EXTRA}` brings them)"
        progress(said)
        return None, said
    columns = np.sort(best[: network.INPUTS])
    found = network.fit_network(
        sample.rows, sample.fraud, sample.weight,
        stop_rows=data.rows[parts.stop], stop_fraud=data.fraud[parts.stop], columns=columns, seed=SEED,
    )  # fmt: skip
    if found is None:
        return None, "no network: no feature varies"
    hidden = " and ".join(str(width) for width in network.HIDDEN)
    return found, f"a perceptron of {len(found.inputs)} features, hidden layers of {hidden}"


def _choose(data: TrainingSet, parts: Split, said: Members) -> Choice:
    older, younger = (np.searchsorted(parts.calibrate, rows) for rows in halves(data, parts.calibrate))
    return choose(said, data.fraud[parts.calibrate], older=older, younger=younger, seed=SEED)


def _about(choice: Choice) -> str:
    curve = "Platt's curve" if choice.calibration.curve is None else "an isotonic curve"
    if choice.with_network is None:
        return f"stack: trees and isolation forest, {curve}"
    verdict = "takes part" if choice.keeps_network else "is left out"
    return (
        f"stack: the network {verdict} (average precision on later days {choice.with_network:.4f} with it, "
        f"{choice.without_network:.4f} without), {curve}"
    )


def _file(kept: Network | None, rows: NDArray[np.float32]) -> bytes | None:
    """The network's file, once it is proved to answer as the kernel does. Raises NetworkDiffers."""
    if kept is None:
        return None
    content = onnx_file.as_onnx(kept, features=rows.shape[1])
    onnx_file.prove(content, kept, rows)
    return content


def _quantiles(rows: NDArray[np.float32], generator: np.random.Generator) -> NDArray[np.float32]:
    """1st, 50th and 99th percentile of each feature; NaN for a feature that was never known."""
    chosen = rows[generator.choice(len(rows), min(len(rows), QUANTILE_ROWS), replace=False)]
    known = ~np.all(np.isnan(chosen), axis=0)
    found = np.full((chosen.shape[1], 3), np.nan, np.float32)
    found[known] = np.nanpercentile(chosen[:, known], [1, 50, 99], axis=0).T.astype(np.float32)
    return found
