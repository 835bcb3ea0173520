"""Whether a challenger may take the champion's place: better beyond chance, no worse for any large group, fast enough.

Both models score the same decisions. Better means a higher average precision, by an interval that excludes zero: the percentile
bootstrap over decisions, frauds and others drawn apart, the same draw for both (Efron and Tibshirani 1993, ch. 13). No worse
means that, where each may flag the same share of all decisions, the challenger finds about as many of a group's frauds and
troubles about as many of its honest customers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

ALERT_SHARE = 0.006
ROUNDS = 200
LARGE_FRAUDS = 30
MAX_RECALL_LOSS = 0.05
MAX_ALARM_GROWTH = 1.5
FEW_ALARMS = 20
MAX_SLOWER = 1.5
FAST_US = 5.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Decisions that both scored, whose labels are known: columns of equal length.

    `groups` are group numbers (n,) by dimension, with the names of groups. They are the decisions in [from_ms, until_ms), which
    neither model learned from. `*_us` are microseconds of processor time each.
    """

    fraud: NDArray[np.bool_]
    champion: NDArray[np.float64]
    challenger: NDArray[np.float64]
    groups: Mapping[str, tuple[NDArray[np.int64], tuple[str, ...]]]
    from_ms: int
    until_ms: int
    champion_us: float
    challenger_us: float


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One group, where each model flags `ALERT_SHARE` of all decisions. `large` ones are held to the gate."""

    dimension: str
    group: str
    decisions: int
    frauds: int
    champion_recall: float
    challenger_recall: float
    champion_false_alarms: int
    challenger_false_alarms: int
    large: bool


@dataclass(frozen=True, slots=True)
class GateResult:
    """What was found, and why the challenger may not be promoted: nothing when it may."""

    from_ms: int
    until_ms: int
    decisions: int
    frauds: int
    champion_average_precision: float
    challenger_average_precision: float
    gain: float
    gain_low: float
    gain_high: float
    champion_us: float
    challenger_us: float
    groups: list[GroupResult]
    problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.problems


def judge(evidence: Evidence, *, seed: int) -> GateResult:
    """Hold a challenger to the gate. Raises ValueError without a fraud or without anything else."""
    fraud = evidence.fraud
    if not fraud.any() or fraud.all():
        raise ValueError("the gate needs known frauds and others")
    ranks = [_ranked(scores) for scores in (evidence.champion, evidence.challenger)]
    precision = [_average_precision(fraud, np.ones(len(fraud)), *ranked) for ranked in ranks]
    gains = []
    generator = np.random.default_rng(seed)
    for _ in range(ROUNDS):
        weight = _drawn(fraud, generator)
        was, would = (_average_precision(fraud, weight, *ranked) for ranked in ranks)
        gains.append(would - was)
    low, high = np.percentile(gains, [2.5, 97.5]).tolist()
    groups = _groups(evidence)
    return GateResult(
        from_ms=evidence.from_ms,
        until_ms=evidence.until_ms,
        decisions=len(fraud),
        frauds=int(fraud.sum()),
        champion_average_precision=precision[0],
        challenger_average_precision=precision[1],
        gain=precision[1] - precision[0],
        gain_low=low,
        gain_high=high,
        champion_us=evidence.champion_us,
        challenger_us=evidence.challenger_us,
        groups=groups,
        problems=_problems(evidence, precision[1] - precision[0], low, high, groups),
    )


def _problems(evidence: Evidence, gain: float, low: float, high: float, groups: list[GroupResult]) -> list[str]:
    found = []
    if low <= 0.0:
        found.append(f"it is not better beyond chance: average precision {gain:+.4f}, 95% between {low:+.4f} and {high:+.4f}")
    for group in groups:
        name = f"{group.dimension} {group.group}"
        if group.large and group.challenger_recall < group.champion_recall - MAX_RECALL_LOSS:
            found.append(
                f"{name}: it finds {group.challenger_recall:.0%} of the frauds, the champion {group.champion_recall:.0%}"
            )
        allowed = max(MAX_ALARM_GROWTH * group.champion_false_alarms, group.champion_false_alarms + FEW_ALARMS)
        if group.large and group.challenger_false_alarms > allowed:
            found.append(
                f"{name}: {group.challenger_false_alarms} false alarms, the champion has {group.champion_false_alarms}"
            )
    if evidence.challenger_us > max(FAST_US, MAX_SLOWER * evidence.champion_us):
        found.append(f"it takes {evidence.challenger_us:.1f} us a decision, the champion {evidence.champion_us:.1f} us")
    return found


def _ranked(scores: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows from the highest score down, and for each the last place of those that score the same."""
    order = np.argsort(-scores, kind="stable")
    ordered = -scores[order]
    return order, np.searchsorted(ordered, ordered, side="right") - 1


def _average_precision(
    fraud: NDArray[np.bool_], weight: NDArray[np.float64], order: NDArray[np.int64], last: NDArray[np.int64]
) -> float:
    """Weighted mean, over frauds, of the precision where everything that scores as high is flagged."""
    drawn = weight[order]
    caught = drawn * fraud[order]
    precision = np.cumsum(caught)[last] / np.maximum(np.cumsum(drawn)[last], 1e-12)
    return float((caught * precision).sum() / caught.sum())


def _drawn(fraud: NDArray[np.bool_], generator: np.random.Generator) -> NDArray[np.float64]:
    """How often each row is in a draw with replacement of as many frauds and as many others."""
    weight = np.empty(len(fraud))
    for side in (True, False):
        rows = np.flatnonzero(fraud == side)
        weight[rows] = np.bincount(generator.integers(0, len(rows), len(rows)), minlength=len(rows))
    return weight


def _groups(evidence: Evidence) -> list[GroupResult]:
    flags_of = [flagged(scores) for scores in (evidence.champion, evidence.challenger)]
    found = []
    for dimension, (numbers, names) in evidence.groups.items():
        for number, name in enumerate(names):
            mine = numbers == number
            frauds = mine & evidence.fraud
            count = int(frauds.sum())
            recalls = [float((flags & frauds).sum() / count) if count else 0.0 for flags in flags_of]
            alarms = [int((flags & mine & ~evidence.fraud).sum()) for flags in flags_of]
            if mine.any():
                found.append(
                    GroupResult(
                        dimension=dimension, group=name, decisions=int(mine.sum()), frauds=count, champion_recall=recalls[0],
                        challenger_recall=recalls[1], champion_false_alarms=alarms[0], challenger_false_alarms=alarms[1],
                        large=count >= LARGE_FRAUDS,
                    )
                )  # fmt: skip
    return found


def flagged(scores: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The `ALERT_SHARE` of the rows with the highest scores, the first ones of equal scores."""
    flags = np.zeros(len(scores), np.bool_)
    flags[np.argsort(-scores, kind="stable")[: max(1, round(len(scores) * ALERT_SHARE))]] = True
    return flags
