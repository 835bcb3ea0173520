"""`python -m bench.forecast --train FILE --test FILE --season S`: every model and the ensemble on a set of series.

The files are long or wide, Parquet or CSV (`pipelines.forecast.reading`). Without `--test` the last `--horizon` steps are held
out. What is measured is known to nothing before it is measured: weights and intervals come from rolling backtests on the
training file. MASE is scaled by the mean absolute seasonal difference of the training values, as the Monash archive does it;
`mase_m1` by that of one step, as the M4 competition does it for weeks.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.report import Report, parser
from pipelines.forecast.backtest import Model
from pipelines.forecast.forecasting import ENSEMBLE, MOST_ENDS, Forecasts, forecast
from pipelines.forecast.measures import covered, interval_score, mase, mean_known, scales, smape
from pipelines.forecast.models import BASELINES, HOLIDAYS, by_name_only, every_model, left_out
from pipelines.forecast.panel import BadPanel, Floats, Panel
from pipelines.forecast.reading import panel_of, read

BENCH = "forecast"
QUICK = (*BASELINES, "theta", "autoregression")
QUICK_ENDS = 2
REFUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the report; exit code 2 when the files hold no series to forecast."""
    options = _options().parse_args(arguments)
    report = Report(BENCH)
    try:
        with report.loaded():
            train, test = read(options.train), read(options.test) if options.test else None
            panel, actual = panel_of(train, test, season=options.season, horizon=options.horizon)
            models = _models(options)
            report.progress(f"{len(panel)} series, {actual.shape[1]} steps ahead")
            found = forecast(
                panel,
                actual.shape[1],
                models,
                most_ends=QUICK_ENDS if options.quick else options.ends,
                progress=report.progress,
            )
    except BadPanel as refused:
        sys.stderr.write(f"{refused.title}: {refused.detail}. {refused.remedy}\n")
        return REFUSED
    _record(report, panel, actual, found)
    report.figure("wall_s", time.monotonic() - report.began_s)
    report.settings |= {
        "series": len(panel),
        "season": panel.season,
        "horizon": actual.shape[1],
        "backtests": len(found.backtest.ends),
        "dated": panel.last_days is not None,
        "left_out": ", ".join(left_out()) or None,
    }
    report.publish()
    return 0


def _models(options: argparse.Namespace) -> dict[str, Model]:
    """The baselines, and those that are asked for. Raises BadPanel for a name that no model has."""
    holidays = HOLIDAYS[options.holidays]
    usual = every_model(holidays=holidays)
    known = usual | by_name_only(holidays=holidays)
    names = QUICK if options.quick else options.models.split(",") if options.models else usual
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadPanel(f"there is no model {', '.join(unknown)}; there are: {', '.join(known)}")
    return {name: known[name] for name in dict.fromkeys((*BASELINES, *names))}


def _options() -> argparse.ArgumentParser:
    found = parser(BENCH, "Forecasts of a set of series: each model, and the ensemble that a rolling backtest chooses")
    found.add_argument("--train", type=Path, required=True, metavar="FILE", help="the known values, Parquet or CSV")
    found.add_argument("--test", type=Path, metavar="FILE", help="the values that came; else the last of --train are held out")
    found.add_argument("--season", type=int, required=True, metavar="S", help="steps of a season: 7 for days, 52 for weeks")
    found.add_argument("--horizon", type=int, metavar="H", help="steps ahead; those of --test when absent")
    found.add_argument("--ends", type=int, default=MOST_ENDS, metavar="N", help="backtests, a horizon apart (%(default)s)")
    found.add_argument("--models", metavar="NAMES", help="commas between them; all but arima, tbats and prophet when absent")
    found.add_argument(
        "--holidays", choices=sorted(HOLIDAYS), default="common", help="whose holidays dated series know (%(default)s)"
    )
    return found


def _record(report: Report, panel: Panel, actual: Floats, found: Forecasts) -> None:
    scale, step_scale = scales(panel, season=panel.season), scales(panel, season=1)
    for name in (ENSEMBLE, *(each for each in found.points if each != ENSEMBLE)):
        point, bands = found.points[name], found.bands[name]
        measured = {
            "mase": mean_known(mase(point, actual, scale)),
            "smape": mean_known(smape(point, actual)),
            "mase_m1": mean_known(mase(point, actual, step_scale)),
        }
        for level in bands.levels:
            low, high = bands.around(point, level)
            percent = round(100 * level)
            measured[f"coverage_{percent}_pct"] = 100.0 * mean_known(covered(low, high, actual))
            measured[f"interval_score_{percent}"] = mean_known(interval_score(low, high, actual, level=level, scale=scale))
        if name in found.costs.by_model:
            measured["model_s"] = found.costs.by_model[name]
        for figure, value in measured.items():
            if np.isfinite(value):
                _ = report.figure(figure, value) if name == ENSEMBLE else report.baseline(name, figure, value)
    for name in BASELINES:
        report.ratio(f"mase_vs_{name}", report.figures["mase"].median / report.baselines[name]["mase"].median)


if __name__ == "__main__":
    sys.exit(main())
