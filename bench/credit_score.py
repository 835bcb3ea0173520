"""`python -m bench.credit_score DIR`: the credit score on the Berka bank's loans, cross-validated, beside trees and regression.

DIR holds the tables of the PKDD'99 challenge as Parquet; they are not part of the product. Everything is learned anew in each
fold: bins, weights, calibration. `*_low` and `*_high` are 95% intervals over draws of loans, which the spread of the
repetitions is not: 76 bad loans leave a lot to chance.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.berka import peers
from bench.berka.book import ORDER_ATTRIBUTES, BerkaRefused, attributes_of, read
from bench.report import Report, parser
from pipelines.credit.attributes import AREA, DEFAULT, TERMS
from pipelines.credit.behaviour import matrix
from pipelines.credit.book import BadLoanBook, LoanBook
from pipelines.credit.groups import groups, lines
from pipelines.credit.judging import FOLDS, REPEATS, Judged, cross_validated, gain, judge
from pipelines.credit.lookahead import refuse_lookahead
from pipelines.credit.training import SEED, card_model
from risk.scorecard.making import Candidate

BENCH = "credit-score"
QUICK_REPEATS = 3
# The transactions that there are end in March 1994, and most loans were granted later.
MAX_STALE_DAYS = 365
LATER_FROM = date(1997, 1, 1)
REFUSED = 2
DATED = tuple(candidate for candidate in DEFAULT if candidate.name not in ORDER_ATTRIBUTES)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the report; exit code 2 when the folder does not hold the tables."""
    found = parser(BENCH, "Gini and KS of the credit score on the Berka bank's loans, by cross-validation")
    found.add_argument("folder", type=Path, metavar="DIR", help="the folder with the challenge's tables as Parquet")
    options = found.parse_args(arguments)
    report = Report(BENCH)
    try:
        with report.loaded():
            _run(report, options)
    except (BerkaRefused, BadLoanBook) as refused:
        sys.stderr.write(f"{refused}\n")
        return REFUSED
    report.publish()
    return 0


def _run(report: Report, options: argparse.Namespace) -> None:
    book = read(options.folder)
    repeats = QUICK_REPEATS if options.quick else REPEATS
    frame = refuse_lookahead(book, partial(attributes_of, max_stale_days=MAX_STALE_DAYS))
    bad = book.loans["bad"].to_numpy()

    def left_out(candidates: tuple[Candidate, ...]) -> NDArray[np.float64]:
        return cross_validated(card_model(candidates), matrix(frame, candidates), bad, repeats=repeats, seed=SEED)

    ours = left_out(DEFAULT)
    for name, judged in judge(bad, ours, seed=SEED).items():
        _figure(report, name, judged)
    report.figure("brier_of_the_mean", float(bad.mean() * (1 - bad.mean())))
    theirs = {
        name: cross_validated(model, matrix(frame, DEFAULT), bad, repeats=repeats, seed=SEED)
        for name, model in (("gradient-trees", peers.trees), ("logistic-regression", peers.logistic))
    }
    theirs |= {
        "card-of-dated-tables-alone": left_out(DATED),
        "card-of-loan-terms-alone": left_out(TERMS),
        "card-with-area-statistics": left_out((*DEFAULT, *AREA)),
    }
    for peer, probability in theirs.items():
        _peer(report, peer, bad, ours, probability)
    _with_behaviour(report, frame, bad, ours)
    _later(report, book, frame)
    _groups(report, book, ours)
    report.settings |= {
        "loans": len(bad), "bad": int(bad.sum()), "folds": FOLDS, "repeats": repeats, "max_stale_days": MAX_STALE_DAYS,
        "quick": options.quick,
    }  # fmt: skip


def _figure(report: Report, name: str, judged: Judged) -> None:
    report.figure(name, judged.repetitions)
    report.figure(f"{name}_low", judged.low)
    report.figure(f"{name}_high", judged.high)


def _peer(report: Report, peer: str, bad: NDArray[np.bool_], ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> None:
    for name, judged in judge(bad, theirs, seed=SEED).items():
        report.baseline(peer, name, judged.repetitions)
    better = gain(bad, ours, theirs, seed=SEED)
    report.baseline(peer, "our_gini_gain_low", better.low)
    report.baseline(peer, "our_gini_gain_high", better.high)
    report.ratio(f"gini_gain_vs_{peer}", better.mean)


def _with_behaviour(report: Report, frame: pl.DataFrame, bad: NDArray[np.bool_], ours: NDArray[np.float64]) -> None:
    """The loans alone whose account has transactions in the file."""
    known = frame["balance_to_payment"].is_not_null().to_numpy()
    _figure(report, "with_transactions_gini", judge(bad[known], ours[:, known], seed=SEED)["gini"])
    report.settings |= {"with_transactions_loans": int(known.sum()), "with_transactions_bad": int(bad[known].sum())}


def _later(report: Report, book: LoanBook, frame: pl.DataFrame) -> None:
    """Learned from the loans before a day, judged by those from it on."""
    later = (book.loans["granted_on"] >= LATER_FROM).to_numpy()
    bad, rows = book.loans["bad"].to_numpy(), matrix(frame, DEFAULT)
    probability = card_model(DEFAULT)(rows[~later], bad[~later], rows[later], SEED)
    for name, judged in judge(bad[later], probability[None], seed=SEED).items():
        _figure(report, f"later_{name}", judged)
    report.figure("later_mean_probability", float(probability.mean()))
    report.figure("later_bad_share", float(bad[later].mean()))
    report.settings |= {
        "later_from": LATER_FROM.isoformat(),
        "later_loans": int(later.sum()),
        "later_bad": int(bad[later].sum()),
    }


def _groups(report: Report, book: LoanBook, ours: NDArray[np.float64]) -> None:
    found = groups(book.loans, ours.mean(axis=0))
    sys.stdout.write("\n".join(lines(found)) + "\n\n")
    for dimension in ("sex", "age", "region"):
        ratios = [group.approval_ratio for group in found if group.dimension == dimension and group.approval_ratio is not None]
        if ratios:
            report.figure(f"least_approval_ratio_by_{dimension}", min(ratios))


if __name__ == "__main__":
    sys.exit(main())
