"""`baas bench insight`: how right is what movements are said to tell of a customer's money, on simulations with a hidden truth.

The statements are simulated for the run. Categories are learned from what holders said up to ninety days before the end, and of
four in five shops; judged are the lines of the last ninety days, beside the rule by merchant code alone; and once more as the
histories of accounts know them (`bench/insight_histories.py`). What comes again is found in all lines with those categories,
beside a search for counterparties with a usual gap. Budgets, unusual spending, the calendar, health and projections are judged
on a simulated bank (`bench/insight_money.py`).
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from bench.insight_categories import PEER as RULE
from bench.insight_categories import categories
from bench.insight_histories import histories
from bench.insight_money import figures as money
from bench.insight_recurring import PEER as USUAL_GAP
from bench.insight_recurring import recurring
from bench.report import Report, parser
from simulator.statements.files import write_statements
from simulator.statements.plan import StatementPlan

BENCH = "insight"
# Thresholds were chosen on seed 7.
FULL = StatementPlan(households=200, days=1_100, seed=11, last_day=date(2026, 3, 31))
QUICK = replace(FULL, households=40, days=800)


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, learn, judge and print the report."""
    found = parser(BENCH, "Categories and recurring payments, beside the hidden truth of simulated statements")
    found.add_argument("--seed", type=int, default=FULL.seed, help="of the statements (%(default)s)")
    options = found.parse_args(arguments)
    plan = replace(QUICK if options.quick else FULL, seed=options.seed)
    report = Report(BENCH)
    with tempfile.TemporaryDirectory(prefix="statements-") as folder, report.loaded():
        write_statements(Path(folder), plan, progress=lambda line: print(line, file=sys.stderr))
        model, by_rule = categories(report, Path(folder))
        histories(report, Path(folder))
        by_gap = recurring(report, Path(folder), model)
    for peer, figures in ((RULE, by_rule), (USUAL_GAP, by_gap)):
        for name, value in figures.items():
            report.baseline(peer, name, value)
    money(report, quick=options.quick)
    report.settings |= {
        "households": plan.households, "days": plan.days, "seed": plan.seed, "quick": options.quick,
    }  # fmt: skip
    report.publish()
    return 0


if __name__ == "__main__":
    sys.exit(main())
