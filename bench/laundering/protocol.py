"""Five folds of accounts, and who judges: launderers spread evenly, or each planted group kept in one fold."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from bench.laundering.files import GraphRefused, LabelledGraph
from bench.laundering.planted import given_away, groups
from pipelines.aml.learning import INNER_FOLDS, SEEDS, UNKNOWN, Around, first_stage, fit, second_stage, spread_folds
from pipelines.graph_network import learning as graph_network
from risk.aml.features import Structure, Table
from risk.aml.graph import Floats, Ints
from risk.graph_network.inputs import Period, inputs_of

FOLDS = 5
FOLD_SEED = 7
# Each fold of each kind must have some to learn from and to judge.
LEAST_LAUNDERERS = FOLDS * (INNER_FOLDS + 1)


class Kept(Enum):
    """What stays together in one fold."""

    ACCOUNTS = "accounts"
    GROUPS = "groups"


@dataclass(frozen=True, slots=True)
class Measures:
    """Means over the folds. The hard accounts are those that no small amount gives away (`planted.given_away`).

    None where no fold has both launderers and others.
    """

    auc: float | None
    average_precision: float | None
    hard_auc: float | None
    hard_average_precision: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A graph's folds: `outer` int64[accounts] in [0, FOLDS), and `group`, whose members share an inner fold."""

    outer: Ints
    group: Ints


def split(graph: LabelledGraph, found: Structure, kept: Kept) -> Split:
    """Draw the folds. Groups are the file's where it names them, else read from labels and payments.

    Raises GraphRefused where there are too few launderers to judge by.
    """
    launderers = int(graph.laundering.sum())
    if launderers < LEAST_LAUNDERERS:
        raise GraphRefused(f"{graph.name} has {launderers} launderers: {FOLDS} folds need {LEAST_LAUNDERERS}")
    group = np.arange(graph.payments.accounts)
    if kept is Kept.GROUPS:
        group = graph.group if graph.group is not None else groups(found, graph.laundering)
    return Split(spread_folds(graph.laundering, group, count=FOLDS, seed=FOLD_SEED), group)


def ours(
    graph: LabelledGraph, found: Structure, features: Table, chosen: Split, around: Sequence[Around], *, folds: int,
    seeds: Sequence[int] = SEEDS,
) -> tuple[Floats, dict[Around, Floats]]:  # fmt: skip
    """Return scores float64[accounts] of the first stage, and of the second by what it reads.

    Only the accounts of the first `folds` folds have a score, the others NaN.

    The learner is handed -1 in the place of every test account's label.
    """
    early = np.full(graph.payments.accounts, np.nan)
    late = {each: early.copy() for each in around}
    for fold in range(folds):
        test = chosen.outer == fold
        known = np.where(test, UNKNOWN, graph.laundering.astype(np.int64))
        inner = spread_folds(known == 1, chosen.group, count=INNER_FOLDS, seed=FOLD_SEED + 1 + fold)
        first = first_stage(features, known, inner)
        early[test] = first.all_known[test]
        for each in around:
            late[each][test] = second_stage(found, features, first, around=each, seeds=seeds)[test]
    return early, late


def network(graph: LabelledGraph, chosen: Split, *, folds: int, seeds: Sequence[int] = SEEDS) -> Floats:
    """Return what the graph network makes of the accounts of the first folds, NaN for the others. Raises NoTorch.

    It learns from the other folds' accounts but for one inner fold, by which it stops. It reads payments, and nobody's label.
    """
    payments, out = graph.payments, np.full(graph.payments.accounts, np.nan)
    inputs = inputs_of(payments, Period(start=int(payments.at[0]), past=int(payments.at[-1]) + 1))
    for fold in range(folds):
        test = chosen.outer == fold
        known = np.where(test, UNKNOWN, graph.laundering.astype(np.int64))
        inner = spread_folds(known == 1, chosen.group, count=INNER_FOLDS, seed=FOLD_SEED + 1 + fold)
        learned = graph_network.fit([graph_network.Known(inputs, known, inner == 0)], seeds=seeds)
        out[test] = learned.score(inputs)[test]
    return out


def trees(graph: LabelledGraph, features: Table, chosen: Split, *, folds: int, seeds: Sequence[int] = SEEDS) -> Floats:
    """Return what gradient trees on some columns alone make of the accounts of the first folds, NaN for the others."""
    out = np.full(graph.payments.accounts, np.nan)
    for fold in range(folds):
        test = chosen.outer == fold
        model = fit(features.rows[~test], graph.laundering[~test].astype(np.int64), seeds=seeds)
        out[test] = model.probability(features.rows[test])
    return out


def measure(graph: LabelledGraph, chosen: Split, scores: Floats) -> Measures:
    """Judge the folds that have scores, each by itself, and return the means."""
    hard = ~given_away(graph.payments)
    judged = [chosen.outer == fold for fold in range(FOLDS) if not np.isnan(scores[chosen.outer == fold]).any()]
    every, among_hard = (_judge(graph.laundering, scores, folds) for folds in (judged, [fold & hard for fold in judged]))
    return Measures(*every, *among_hard)


def _judge(
    laundering: NDArray[np.bool_], scores: Floats, folds: list[NDArray[np.bool_]]
) -> tuple[float, float] | tuple[None, None]:
    told = [(laundering[fold], scores[fold]) for fold in folds if len(np.unique(laundering[fold])) == 2]
    if not told:
        return None, None
    areas, precisions = zip(*((roc_auc_score(*each), average_precision_score(*each)) for each in told), strict=True)
    return float(np.mean(areas)), float(np.mean(precisions))
