"""`python -m bench.fraud_handbook DIR`: the Fraud Detection Handbook's protocol, our model beside the book's XGBoost.

DIR holds the simulator's `transactions_*.parquet`; every feature, ours and the book's, is computed from them. Both models get
the same folds of the same run. What is printed last has the means over the folds and, by number, each fold.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple, fields
from datetime import date
from pathlib import Path

import numpy as np

from bench.handbook import book, model
from bench.handbook.history import HandbookRefused, History, day_number, day_text, read
from bench.handbook.protocol import FOLD_DAYS, Fold, Measures, folds, measure
from bench.report import Report, parser

BENCH, PEER = "fraud-handbook", "xgboost"
# The longest window of our features, and the labels' delay before it: what is older tells a quick run little.
QUICK_HISTORY_DAYS = 40
QUICK_SEEDS = model.SEEDS[:2]
REFUSED = 2
Progress = Callable[[str], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the protocol and print its report; exit code 2 when the folder or the days cannot be measured."""
    options = _options().parse_args(arguments)
    report = Report(BENCH)
    try:
        with report.loaded():
            _run(report, options, report.progress)
    except HandbookRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return REFUSED
    report.publish()
    return 0


def _options() -> argparse.ArgumentParser:
    found = parser(BENCH, "The Fraud Detection Handbook's protocol on our features and models, beside the book's XGBoost")
    found.add_argument("folder", type=Path, metavar="DIR", help="the folder with the simulator's transactions_*.parquet")
    found.add_argument(
        "--first-train-day", type=date.fromisoformat, metavar="DAY",
        help="the first day that the first fold trains on, as 2018-07-25; else as late as the files allow",
    )  # fmt: skip
    found.add_argument("--folds", type=int, default=None, metavar="N", help="how many, each a week later (4; 1 if --quick)")
    return found


def _run(report: Report, options: argparse.Namespace, progress: Progress) -> None:
    history = read(options.folder)
    progress(f"{len(history):,} transactions of {day_text(int(history.day[0]))} to {day_text(int(history.day[-1]))}")
    count = options.folds if options.folds is not None else 1 if options.quick else 4
    first_day = (
        day_number(options.first_train_day)
        if options.first_train_day is not None
        else int(history.day[-1]) + 1 - FOLD_DAYS - 7 * (count - 1)
    )
    # Whether the days are there is said of what the files hold, before any is left out.
    end_day = folds(history, first_day=first_day, count=count)[-1].first_day + FOLD_DAYS
    oldest_day = first_day - QUICK_HISTORY_DAYS if options.quick else int(history.day[0])
    history = history.between(oldest_day, end_day)
    chosen = folds(history, first_day=first_day, count=count)
    seeds = QUICK_SEEDS if options.quick else model.SEEDS
    ours, theirs = _measured(history, chosen, seeds, progress)
    _record(report, ours, theirs)
    report.settings |= {
        "transactions": len(history),
        "first_train_day": day_text(first_day),
        "last_test_day": day_text(end_day - 1),
        "folds": count,
        "test_transactions": sum(len(fold.test) for fold in chosen),
        "test_frauds": int(sum(history.fraud[fold.test].sum() for fold in chosen)),
        "trees": model.ROUNDS * len(seeds),
        "quick": options.quick,
    }


def _measured(
    history: History, chosen: list[Fold], seeds: tuple[int, ...], progress: Progress
) -> tuple[list[Measures], list[Measures]]:
    book_rows = book.features(history)
    progress(f"the book's {book_rows.shape[1]} features are there")
    given = model.inputs(history)
    progress(f"our {given.rows.shape[1]} features are there")
    ours, theirs = [], []
    for number, fold in enumerate(chosen):
        theirs.append(measure(history, fold.test, book.scores(book_rows, history, fold)))
        ours.append(measure(history, fold.test, model.scores(given, history, fold, seeds=seeds)))
        progress(f"fold {number} from {day_text(fold.first_day)}: ours {_said(ours[-1])}; {PEER} {_said(theirs[-1])}")
    return ours, theirs


def _record(report: Report, ours: list[Measures], theirs: list[Measures]) -> None:
    """The mean of each measure, each fold's, and by how much ours is above the peer's."""
    for field in fields(Measures):
        mine = [getattr(measures, field.name) for measures in ours]
        others = [getattr(measures, field.name) for measures in theirs]
        report.figure(field.name, float(np.mean(mine)))
        report.baseline(PEER, field.name, float(np.mean(others)))
        for number, (one, other) in enumerate(zip(mine, others, strict=True)):
            report.figure(f"fold_{number}_{field.name}", one)
            report.baseline(PEER, f"fold_{number}_{field.name}", other)
        report.ratio(f"{field.name}_gain_vs_{PEER}", float(np.mean(mine) - np.mean(others)))


def _said(measures: Measures) -> str:
    auc, precision, cards = astuple(measures)
    return f"AUC {auc:.4f}, average precision {precision:.4f}, card precision@100 {cards:.4f}"


if __name__ == "__main__":
    sys.exit(main())
