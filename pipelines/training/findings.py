"""What is known of a trained model beside its figures: everything that its card, its tables and its curves are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.segments import Segments
from pipelines.training.dataset import TrainingSet
from pipelines.training.imbalance import Compared
from pipelines.training.metrics import RANKING_AND_CALIBRATION, Judgement, Reliability, measure
from pipelines.training.slices import Split
from pipelines.training.stack import Choice, fit_platt, without_network
from pipelines.training.steps import Step
from pipelines.training.tuning import Tuned
from risk.costs import CostModel
from risk.ensemble import Members
from risk.gate import flagged
from risk.policy import ALLOW, DENY, REVIEW

# Shares of the decisions that somebody looks at, for the curve of costs.
LOOKED_AT = (0.0005, 0.001, 0.002, 0.003, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.03, 0.05)


@dataclass(frozen=True, slots=True)
class Slice:
    """A period of event times [first_ms, last_ms] and what is in it."""

    use: str
    first_ms: int
    last_ms: int
    decisions: int
    frauds: int


@dataclass(frozen=True, slots=True)
class Ablation:
    """The model without some of its members, calibrated and judged on the same days."""

    members: str
    judged: Judgement


@dataclass(frozen=True, slots=True)
class SegmentFigures:
    """One group, where the model flags `ALERT_SHARE` of all decisions. `expected_frauds` is the sum of the probabilities."""

    dimension: str
    group: str
    decisions: int
    frauds: int
    recall: float | None
    false_alarms: int
    expected_frauds: float


@dataclass(frozen=True, slots=True)
class CostPoint:
    """What decisions cost where somebody looks at those from `review_from` on, in minor units a thousand decisions."""

    looked_at: float
    review_from: float
    cost_minor: float
    frauds_missed_minor: float


@dataclass(frozen=True, slots=True)
class Findings:
    """Of one training. `fraud` and `probability` (n,) are the youngest slice's; tables are lists of rows."""

    slices: list[Slice]
    judged: Judgement
    choice: Choice
    reliability: list[Reliability]
    ablation: list[Ablation]
    segments: list[SegmentFigures]
    costs: list[CostPoint]
    imbalance: list[Compared]
    tuned: Tuned | None
    network: str
    steps: list[Step]
    fraud: NDArray[np.bool_]
    probability: NDArray[np.float64]


def slices_of(data: TrainingSet, parts: Split) -> list[Slice]:
    """Say when each slice was and what is in it."""
    uses = {"learn": parts.train, "stop": parts.stop, "stack and calibrate": parts.calibrate, "judge": parts.test}
    return [
        Slice(
            use,
            int(data.event_time_ms[rows].min()),
            int(data.event_time_ms[rows].max()),
            len(rows),
            int(data.fraud[rows].sum()),
        )
        for use, rows in uses.items()
    ]


def ablate(
    calibrate: Members, calibrate_fraud: NDArray[np.bool_], test: Members, fraud: NDArray[np.bool_], *, seed: int
) -> list[Ablation]:
    """Fit each smaller stack as the whole one was fitted, and judge it."""

    def judged(name: str, pair: tuple[Members, Members]) -> Ablation:
        stacked = fit_platt(pair[0], calibrate_fraud)
        return Ablation(name, measure(fraud, stacked.probability(pair[1]), RANKING_AND_CALIBRATION, seed=seed))

    both = calibrate, test
    found = [
        judged("trees alone", (_trees_alone(calibrate), _trees_alone(test))),
        judged("isolation forest alone", (_anomaly_alone(calibrate), _anomaly_alone(test))),
        judged("trees and isolation forest", (without_network(calibrate), without_network(test))),
    ]
    if calibrate.logit is not None:
        found.insert(2, judged("network alone", (_network_alone(calibrate), _network_alone(test))))
        found.append(judged("trees, isolation forest and network", both))
    return found


def _trees_alone(members: Members) -> Members:
    return Members(members.log_odds, np.zeros_like(members.anomaly), None)


def _anomaly_alone(members: Members) -> Members:
    return Members(np.zeros_like(members.log_odds), members.anomaly, None)


def _network_alone(members: Members) -> Members:
    return Members(np.zeros_like(members.log_odds), np.zeros_like(members.anomaly), members.logit)


def by_segment(groups: Segments, fraud: NDArray[np.bool_], probability: NDArray[np.float64]) -> list[SegmentFigures]:
    """Return every group that has a decision, in the order of the dimensions."""
    flags = flagged(probability)
    found = []
    for dimension, (numbers, names) in groups.items():
        for number, name in enumerate(names):
            mine = numbers == number
            frauds = int((mine & fraud).sum())
            if mine.any():
                found.append(
                    SegmentFigures(
                        dimension=dimension,
                        group=name,
                        decisions=int(mine.sum()),
                        frauds=frauds,
                        recall=float((flags & mine & fraud).sum() / frauds) if frauds else None,
                        false_alarms=int((flags & mine & ~fraud).sum()),
                        expected_frauds=float(probability[mine].sum()),
                    )
                )
    return found


def cost_curve(
    fraud: NDArray[np.bool_], probability: NDArray[np.float64], amount_minor: NDArray[np.int64], *, deny_from: float
) -> list[CostPoint]:
    """What the decisions would have cost with ever more of them looked at, by the bank's own figures (`risk.costs`)."""
    costs = CostModel()
    ranked = np.sort(probability)[::-1]
    found = []
    for share in LOOKED_AT:
        review_from = float(ranked[max(0, round(len(ranked) * share) - 1)])
        verdicts = np.where(
            probability >= max(deny_from, review_from), DENY, np.where(probability >= review_from, REVIEW, ALLOW)
        )
        cost = costs.costs(verdicts, fraud, amount_minor)
        missed = amount_minor[fraud & (verdicts == ALLOW)].sum()
        found.append(CostPoint(share, review_from, float(cost.mean() * 1000), float(missed / len(fraud) * 1000)))
    return found


def rows_of(findings: Findings) -> dict[str, list[dict[str, Any]]]:
    """Return every table by name, as rows of plain values."""
    plain: dict[str, Sequence[Any]] = {
        "slices": findings.slices,
        "reliability": findings.reliability,
        "segments": findings.segments,
        "costs": findings.costs,
        "steps": findings.steps,
    }
    found = {name: [_plain(row) for row in rows] for name, rows in plain.items()}
    found["ablation"] = [{"members": each.members, **each.judged.values} for each in findings.ablation]
    found["imbalance"] = [
        {
            "scheme": each.scheme, "average_precision": each.average_precision, "gain": each.gain.value,
            "gain_low": each.gain.low, "gain_high": each.gain.high, "taken": each.taken,
        }
        for each in findings.imbalance
    ]  # fmt: skip
    if findings.tuned is not None:
        found["tuning"] = findings.tuned.history()
    return found


def _plain(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
