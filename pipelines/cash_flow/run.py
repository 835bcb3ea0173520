"""Making the forecasts of a day: read what moved, forecast it, keep it in the warehouse and its making in MLflow."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from psycopg import Connection

from kit.clock import Clock
from kit.postgres import connect
from kit.settings import Settings
from ledger.days import end_ms
from pipelines.cash_flow import repository
from pipelines.cash_flow.flows import Flows, Said, flows_of, rows_of
from pipelines.forecast.backtest import Backtest
from pipelines.forecast.calendar import brazilian
from pipelines.forecast.conformal import LEVELS, bands, covered_later
from pipelines.forecast.ensemble import weights_table
from pipelines.forecast.forecasting import ENSEMBLE, Forecasts, forecast, volatility
from pipelines.forecast.measures import mean_known
from pipelines.forecast.models import flow_models
from pipelines.forecast.panel import Floats
from pipelines.forecast.simple import known_mean
from pipelines.tracking import mlflow_of

APPLICATION, ROLE = "cash-flow", "transform"
EXPERIMENT = "forecasts"
KINDS = ("cash_flow", "liquidity")
HORIZON_DAYS = 30
MOST_DAYS = 760  # two years, so that a year ago is known of, and a month to begin with
KEEP_DAYS = 45
MOST_BACKTESTS = 3


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How wrong forecasts were.

    The root mean squared error in units of the mean absolute weekly difference, a mean over series; and how far off the totals
    of the whole horizon were, as a share of what came.
    """

    rmse_scaled: float
    month_error_pct: float


@dataclass(frozen=True, slots=True)
class Made:
    """One forecast, and how right the same would have been before, by model; NaN where there was too little to try it on."""

    tenant_id: str
    kind: str
    first_day: date
    series: int
    backtests: int
    accuracy: Mapping[str, Accuracy]
    coverage_pct: Mapping[float, float]

    @property
    def summary(self) -> str:
        """One line for whoever looks at the run."""
        ours, naive, held = self.accuracy[ENSEMBLE], self.accuracy["seasonal_naive"], self.coverage_pct[0.80]
        if not np.isfinite(ours.month_error_pct):
            return f"{self.series} series; too little history to try it on"
        tried = (
            f"{self.series} series; totals {ours.month_error_pct:.1f}% off at {self.backtests} earlier ends "
            f"(last week again: {naive.month_error_pct:.1f}%)"
        )
        if not np.isfinite(held):
            return f"{tried}; too little history to try intervals on"
        return f"{tried}; 80% intervals held {held:.1f}%"


def make(settings: Settings, *, last_day: date, clock: Clock) -> list[Made]:
    """Forecast the days after `last_day`, which has ended, of every tenant; again, it takes the place of what was there.

    A tenant that has moved nothing, or for less than two weeks, gets none.
    """
    found = []
    with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
        for tenant_id in repository.tenants(warehouse):
            for kind in KINDS:
                made = _make_one(settings, warehouse, tenant_id, kind, last_day=last_day, clock=clock)
                if made is not None:
                    found.append(made)
    return found


def _make_one(
    settings: Settings, warehouse: Connection, tenant_id: str, kind: str, *, last_day: date, clock: Clock
) -> Made | None:
    past = datetime.fromtimestamp(end_ms(last_day) / 1000, UTC)
    rows = repository.flows(warehouse, kind=kind, tenant_id=tenant_id, start=past - timedelta(MOST_DAYS), past=past)
    flows = flows_of(rows, last_day=last_day, most_days=MOST_DAYS)
    if flows is None:
        return None
    first_day = last_day + timedelta(1)
    made_at = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    models = flow_models(holidays=brazilian)
    found = forecast(flows.panel, HORIZON_DAYS, models, most_ends=MOST_BACKTESTS, loss="squared")
    said = said_of(flows, found)
    made = _judged(found, flows, tenant_id=tenant_id, kind=kind, first_day=first_day)
    run_id = _logged(settings, made, found, flows)
    repository.keep(
        warehouse,
        _row(made, made_at=made_at, history_days=flows.history_days, run_id=run_id),
        rows_of(flows, said, tenant_id=tenant_id, kind=kind, first_day=first_day),
        oldest=first_day - timedelta(KEEP_DAYS),
    )
    return made


def said_of(flows: Flows, found: Forecasts) -> dict[str, Said]:
    """Return what is said of inflow, outflow and net. The net is expected to be the difference, and has errors of its own."""
    count = len(flows.keys)
    point, held_out, actual = found.points[ENSEMBLE], found.held_out, found.backtest.actual
    prior, newest = volatility(flows.panel, found.backtest.ends)
    sides = {"inflow": slice(0, count), "outflow": slice(count, 2 * count)}
    said = {}
    for flow, which in sides.items():
        errors = np.abs(np.maximum(held_out[:, which], 0.0) - actual[:, which])
        said[flow] = Said(np.maximum(point[which], 0.0), bands(errors, prior[:, which], newest[which]), floor=0.0)
    came, went = sides["inflow"], sides["outflow"]
    net = np.maximum(held_out[:, came], 0.0) - np.maximum(held_out[:, went], 0.0) - (actual[:, came] - actual[:, went])
    reach = bands(np.abs(net), prior[:, came] + prior[:, went], newest[came] + newest[went])
    said["net"] = Said(said["inflow"].expected - said["outflow"].expected, reach, floor=-np.inf)
    return said


def _judged(found: Forecasts, flows: Flows, *, tenant_id: str, kind: str, first_day: date) -> Made:
    """How right the forecast was at earlier ends; its intervals, by those that the ends before would have given."""
    tested = found.backtest
    errors, (prior, _) = np.abs(found.held_out - tested.actual), volatility(flows.panel, tested.ends)
    return Made(
        tenant_id=tenant_id,
        kind=kind,
        first_day=first_day,
        series=len(flows.keys),
        backtests=len(tested.ends),
        accuracy={name: accuracy(values, tested) for name, values in tested.forecasts.items()}
        | {ENSEMBLE: accuracy(found.held_out, tested)},
        coverage_pct={level: 100.0 * covered_later(errors, prior, level=level) for level in LEVELS},
    )


def accuracy(forecasts: Floats, tested: Backtest) -> Accuracy:
    """Return how wrong forecasts (ends, series, days) were over the backtest; NaN where it has no end."""
    errors = forecasts - tested.actual
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = np.sqrt(known_mean(errors**2, axis=2)) / tested.scale
        totals, missed = np.nansum(tested.actual, axis=2), np.nansum(errors, axis=2)
        month = 100.0 * np.abs(missed).sum() / np.abs(totals).sum() if totals.any() else np.nan
    return Accuracy(rmse_scaled=mean_known(scaled), month_error_pct=float(month))


def _row(made: Made, *, made_at: datetime, history_days: int, run_id: str | None) -> dict[str, object]:
    ours, naive = made.accuracy[ENSEMBLE], made.accuracy["seasonal_naive"]
    return {
        "tenant_id": made.tenant_id,
        "kind": made.kind,
        "first_day": made.first_day,
        "made_at": made_at,
        "horizon_days": HORIZON_DAYS,
        "history_days": history_days,
        "series": made.series,
        "backtests": made.backtests,
        "rmse_scaled": _known(ours.rmse_scaled),
        "rmse_scaled_seasonal_naive": _known(naive.rmse_scaled),
        "month_error_pct": _known(ours.month_error_pct),
        "month_error_pct_seasonal_naive": _known(naive.month_error_pct),
        "coverage_80_pct": _known(made.coverage_pct[0.80]),
        "coverage_95_pct": _known(made.coverage_pct[0.95]),
        "backtest": json.dumps({
            name: {"rmse_scaled": _known(each.rmse_scaled), "month_error_pct": _known(each.month_error_pct)}
            for name, each in made.accuracy.items()
        }),
        "mlflow_run_id": run_id,
    }  # fmt: skip


def _logged(settings: Settings, made: Made, found: Forecasts, flows: Flows) -> str:
    """Keep the making in MLflow: what it was made from, how right it was before, and who was listened to. Returns the run."""
    mlflow = mlflow_of(settings)
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name(EXPERIMENT)
    experiment_id = experiment.experiment_id if experiment else client.create_experiment(EXPERIMENT)
    run = client.create_run(experiment_id, run_name=f"{made.kind} {made.tenant_id} {made.first_day.isoformat()}")
    run_id = str(run.info.run_id)
    try:
        _describe(client, run_id, made, found, flows)
    except BaseException:
        client.set_terminated(run_id, "KILLED")
        raise
    client.set_terminated(run_id)
    return run_id


def _describe(client: Any, run_id: str, made: Made, found: Forecasts, flows: Flows) -> None:
    for name, value in {
        "kind": made.kind,
        "tenant_id": made.tenant_id,
        "first_day": made.first_day.isoformat(),
        "horizon_days": HORIZON_DAYS,
        "history_days": flows.history_days,
        "series": made.series,
        "backtests": made.backtests,
        "models": ",".join(found.weights.models),
    }.items():
        client.log_param(run_id, name, value)
    for name, each in made.accuracy.items():
        for figure, number in (("rmse_scaled", each.rmse_scaled), ("month_error_pct", each.month_error_pct)):
            if np.isfinite(number):
                client.log_metric(run_id, f"{figure}.{name}", number)
    for level, share in made.coverage_pct.items():
        if np.isfinite(share):
            client.log_metric(run_id, f"coverage_{round(100 * level)}_pct", share)
    client.log_dict(run_id, weights_table(found.weights), "weights.json")


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
