"""`python -m bench.aml DIR`: launderers found in graphs of payments, our two stages beside gradient trees on simple statistics.

DIR holds graphs in the layout of AMLSim's samples: `NAME_transactions.parquet` and `NAME_nodes.parquet`; they are not part of
the product. Five folds of accounts; every figure is the mean over the folds, and without a graph's name over the graphs too.
`docs/aml-graph.md` says what each figure is.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from bench.laundering.files import GraphRefused, LabelledGraph, read
from bench.laundering.planted import given_away, least_amounts
from bench.laundering.protocol import FOLDS, Kept, Measures, measure, network, ours, split, trees
from bench.report import Report, parser
from pipelines.aml.learning import SEEDS, Around, NothingToLearn
from pipelines.graph_network.learning import has_torch
from risk.aml.features import Windows, feature_table, statistic_table, structure

BENCH = "aml"
REFUSED = 2
OURS, FIRST_STAGE, LABELS_UNREAD, GROUPS_KEPT = "", "first_stage", "labels_unread", "groups_kept"
# The graph network, where torch is there to learn it: one member, as each takes as long as all trees.
NETWORK, NETWORK_GROUPS = "network", "network_groups_kept"
TREES, RULE = "trees", "least-amount"
SIDES = (OURS, FIRST_STAGE, LABELS_UNREAD, GROUPS_KEPT, NETWORK, NETWORK_GROUPS, TREES, RULE)
# A pattern may take as long as the graph does. Planted payments of one group differ up to twofold.
ALIKE = 0.5
QUICK_FOLDS, QUICK_SEEDS = 1, SEEDS[:1]
Progress = Callable[[str], None]
Found = dict[str, Measures]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every graph of the folder and print the report; exit code 2 when one cannot be measured."""
    found = parser(BENCH, "Launderers found in graphs of payments, beside gradient trees on simple statistics")
    found.add_argument(
        "folder", type=Path, metavar="DIR", help="the folder with NAME_transactions and NAME_nodes, .parquet or .csv"
    )
    options = found.parse_args(arguments)
    report = Report(BENCH)
    try:
        with report.loaded():
            _run(report, options)
    except (GraphRefused, NothingToLearn) as refused:
        sys.stderr.write(f"{refused}\n")
        return REFUSED
    report.publish()
    return 0


def _run(report: Report, options: argparse.Namespace) -> None:
    graphs = read(options.folder)
    folds, seeds = (QUICK_FOLDS, QUICK_SEEDS) if options.quick else (FOLDS, SEEDS)
    of_graph = {}
    for graph in graphs:
        began_s = time.monotonic()
        of_graph[graph.name] = _measured(report, graph, folds, seeds)
        report.figure(f"{graph.name}_s", time.monotonic() - began_s)
    for side in SIDES:
        for field in fields(Measures):
            told = {name: getattr(found[side], field.name) for name, found in of_graph.items() if side in found}
            _record(report, side, field.name, {name: value for name, value in told.items() if value is not None})
    report.settings |= {
        "graphs": len(graphs),
        "folds": FOLDS,
        "judged_folds": folds,
        "seeds": len(seeds),
        "quick": options.quick,
    }
    for name in ("auc", "average_precision"):
        for peer in (TREES, RULE):
            gain = report.figures[name].median - report.baselines[peer][name].median
            report.ratio(f"{name}_gain_vs_{peer}", gain)


def _record(report: Report, side: str, field: str, of_graph: dict[str, float]) -> None:
    """Ours under its own name, another protocol of ours with that as a prefix, a peer as a baseline."""
    every = {"": float(np.mean(list(of_graph.values())))} if of_graph else {}
    for name, value in (every | of_graph).items():
        if side in (TREES, RULE):
            report.baseline(side, f"{name}_{field}".lstrip("_"), value)
        else:
            report.figure("_".join(part for part in (name, side, field) if part), value)


def _measured(report: Report, graph: LabelledGraph, folds: int, seeds: tuple[int, ...]) -> Found:
    payments = graph.payments
    found = structure(payments)
    duration = int(payments.at[-1] - payments.at[0]) + 1
    features = feature_table(found, Windows(star=duration, chain_gap=duration, loop=duration, alike=ALIKE))
    report.progress(
        f"{graph.name}: {len(payments):,} payments of {payments.accounts:,} accounts, {len(features.names)} columns"
    )
    by_account, by_group = split(graph, found, Kept.ACCOUNTS), split(graph, found, Kept.GROUPS)
    early, late = ours(graph, found, features, by_account, (Around.LABELS, Around.SCORES), folds=folds, seeds=seeds)
    measures = {
        OURS: measure(graph, by_account, late[Around.LABELS]),
        FIRST_STAGE: measure(graph, by_account, early),
        LABELS_UNREAD: measure(graph, by_account, late[Around.SCORES]),
    }
    report.progress(f"{graph.name}: ours {_said(measures[OURS])}")
    _, late = ours(graph, found, features, by_group, (Around.LABELS,), folds=folds, seeds=seeds)
    measures[GROUPS_KEPT] = measure(graph, by_group, late[Around.LABELS])
    report.progress(f"{graph.name}: groups kept {_said(measures[GROUPS_KEPT])}")
    if has_torch():
        for side, folded in ((NETWORK, by_account), (NETWORK_GROUPS, by_group)):
            measures[side] = measure(graph, folded, network(graph, folded, folds=folds, seeds=QUICK_SEEDS))
            report.progress(f"{graph.name}: {side.replace('_', ' ')} {_said(measures[side])}")
    else:
        report.progress(f"{graph.name}: no graph network, because torch is not installed")
    theirs = trees(graph, statistic_table(payments), by_account, folds=folds, seeds=seeds)
    measures[TREES] = measure(graph, by_account, theirs)
    least = np.nan_to_num(least_amounts(payments), nan=np.inf)
    measures[RULE] = measure(graph, by_account, np.where(by_account.outer < folds, -np.minimum(least, 1e18), np.nan))
    report.progress(f"{graph.name}: {TREES} {_said(measures[TREES])}")
    report.settings |= _told(graph, by_group.group)
    return measures


def _told(graph: LabelledGraph, group: np.ndarray) -> dict[str, int]:
    laundering = graph.laundering
    return {
        f"{graph.name}_payments": len(graph.payments),
        f"{graph.name}_accounts": graph.payments.accounts,
        f"{graph.name}_launderers": int(laundering.sum()),
        f"{graph.name}_launderers_given_away": int((laundering & given_away(graph.payments)).sum()),
        f"{graph.name}_groups": len(np.unique(group[laundering])),
    }


def _said(found: Measures) -> str:
    told = ((field.name.replace("_", " "), getattr(found, field.name)) for field in fields(found))
    return ", ".join(f"{name} {value:.4f}" for name, value in told if value is not None)


if __name__ == "__main__":
    sys.exit(main())
