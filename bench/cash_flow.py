"""`baas bench cash-flow`: how right the forecasts of money are on the simulated bank's own last month.

The bank is simulated without a server. What the nightly forecast would have said at the end of the day thirty days ago is held
against the days that came: cash flows of every customer, liquidity of every rail, beside repeating the week before.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from bench.report import Report, parser
from contracts.transactions import Direction
from pipelines.cash_flow.flows import FLOWS, Flows, flows_of
from pipelines.cash_flow.repository import FlowRow
from pipelines.cash_flow.run import HORIZON_DAYS, KINDS, MOST_BACKTESTS, MOST_DAYS, accuracy, said_of
from pipelines.forecast.backtest import Backtest
from pipelines.forecast.calendar import brazilian
from pipelines.forecast.conformal import LEVELS
from pipelines.forecast.forecasting import ENSEMBLE, forecast
from pipelines.forecast.measures import covered, mean_known, scales
from pipelines.forecast.models import flow_models
from simulator.bank import Bank, Plan
from simulator.calendar import day_start_ms, local_date
from simulator.tables import simulated_tables

BENCH, PEER = "cash-flow", "seasonal_naive"
LAST_DAY = date(2026, 3, 31)
SEED = 5
UNTIL_MS = day_start_ms(LAST_DAY + timedelta(1))
FULL = Plan(customers=300, days=180, seed=SEED, until_ms=UNTIL_MS)
QUICK = Plan(customers=200, days=90, seed=SEED, until_ms=UNTIL_MS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, forecast, hold against what came, and print the report."""
    options = parser(BENCH, "Forecasts of money, held against a simulated month that came after them").parse_args(arguments)
    plan = QUICK if options.quick else FULL
    report = Report(BENCH)
    with report.loaded():
        by_kind = _moved(plan)
        for kind in KINDS:
            _measure(report, kind, by_kind[kind])
    report.settings |= {
        "customers": plan.customers, "days": plan.days, "seed": plan.seed, "horizon_days": HORIZON_DAYS,
    }  # fmt: skip
    report.publish()
    return 0


def _moved(plan: Plan) -> dict[str, list[FlowRow]]:
    """What came and went by day, of each customer and on each rail."""
    sums: dict[str, dict[tuple[str, date], list[int]]] = {kind: defaultdict(lambda: [0, 0]) for kind in KINDS}
    for customer_id, direction, amount_minor, channel, event_time_ms in _events(Bank(plan)):
        day, side = local_date(event_time_ms), 0 if direction == Direction.CREDIT else 1
        sums["liquidity"][channel, day][side] += amount_minor
        if customer_id:
            sums["cash_flow"][customer_id, day][side] += amount_minor
    return {
        kind: [(subject, "BRL", day, came, went) for (subject, day), (came, went) in found.items()]
        for kind, found in sums.items()
    }


def _events(bank: Bank) -> Iterator[tuple[str | None, str, int, str, int]]:
    first_event = first_label = 0
    for day in bank.days():
        happened, said, _ = simulated_tables(bank.people, day, run="bench", first_event=first_event, first_label=first_label)
        first_event, first_label = first_event + len(happened), first_label + len(said)
        columns = ("customer_id", "direction", "amount_minor", "channel", "event_time")
        yield from pl.DataFrame(happened).select(columns).iter_rows()


def _measure(report: Report, kind: str, rows: list[FlowRow]) -> None:
    whole = flows_of(rows, last_day=LAST_DAY, most_days=MOST_DAYS)
    if whole is None:
        raise ValueError(f"nothing moved that is {kind}")
    known = Flows(whole.keys, whole.panel.cut(HORIZON_DAYS))
    actual, count = whole.panel.last(HORIZON_DAYS), len(whole.keys)
    started_s = time.monotonic()
    found = forecast(known.panel, HORIZON_DAYS, flow_models(holidays=brazilian), most_ends=MOST_BACKTESTS, loss="squared")
    report.figure(f"{kind}_s", time.monotonic() - started_s)
    came = replace(found.backtest, ends=(0,), actual=actual[None], scale=scales(known.panel, season=known.panel.season)[None])
    for name in (ENSEMBLE, PEER):
        _errors(report, kind, name, found.points[name][None], came)
    truth = {"inflow": actual[:count], "outflow": actual[count:], "net": actual[:count] - actual[count:]}
    said = said_of(known, found)
    for flow in FLOWS:
        for level in LEVELS:
            low, high = said[flow].bands.around(said[flow].expected, level)
            held = mean_known(covered(np.maximum(low, said[flow].floor), high, truth[flow]))
            report.figure(f"{kind}_{flow}_coverage_{round(100 * level)}_pct", 100.0 * held)


def _errors(report: Report, kind: str, name: str, forecasts: np.ndarray, came: Backtest) -> None:
    judged = accuracy(forecasts, came)
    for figure, value in (("rmse_scaled", judged.rmse_scaled), ("month_error_pct", judged.month_error_pct)):
        if name == ENSEMBLE:
            report.figure(f"{kind}_{figure}", value)
        else:
            report.baseline(PEER, f"{kind}_{figure}", value)
            report.ratio(f"{kind}_{figure}_vs_{PEER}", report.figures[f"{kind}_{figure}"].median / value)


if __name__ == "__main__":
    sys.exit(main())
