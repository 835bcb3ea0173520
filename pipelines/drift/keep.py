"""Keeping what was found: in the warehouse for the marts and the metrics, and as a page with the model and under `var`."""

from datetime import date
from pathlib import Path

import msgspec

from kit.postgres import connect
from kit.settings import Settings
from pipelines.drift import repository
from pipelines.drift.page import page
from pipelines.drift.report import DriftReport
from pipelines.tracking import mlflow_of
from pipelines.versions import RegisteredModel

APPLICATION, ROLE = "drift", "transform"


def keep(settings: Settings, report: DriftReport, model: RegisteredModel, *, day: date) -> Path:
    """Write the finding as of the end of `day` everywhere, the warehouse last; return the page's path.

    Again for the same tenant, day and model, it takes the place of what was there.
    """
    path = settings.var / "drift" / f"{report.tenant_id}-{report.model}-{day.isoformat()}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(report))
    _log(settings, report, model, path, day=day)
    with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
        repository.keep(warehouse, row_of(report, day=day))
    return path


def row_of(report: DriftReport, *, day: date) -> dict[str, object]:
    """Return the warehouse's row; what is not known is None."""
    newest = report.newest_known
    performance = newest.performance if newest else None
    whole = report.calibration.whole if report.calibration else None
    return {
        "tenant_id": report.tenant_id,
        "day": day,
        "model": report.model,
        "current_until_ms": report.current_until_ms,
        "reference_from_ms": report.reference_from_ms,
        "reference_until_ms": report.reference_until_ms,
        "decisions": report.current_decisions,
        "reference_decisions": report.reference_decisions,
        "features": len(report.features),
        "features_moved": len(report.moved),
        "features_unknown_moved": len(report.unknown_moved),
        "largest_psi_to_limit": report.largest_psi_to_limit,
        "score_psi": report.score.shift.psi if report.score else None,
        "calibration_error": report.calibration.error if report.calibration else None,
        "frauds_observed": whole.observed if whole else None,
        "frauds_expected": whole.expected if whole else None,
        "observed_to_expected": whole.ratio if whole else None,
        "average_precision": performance.average_precision.value if performance else None,
        "auc": performance.auc.value if performance else None,
        "recall_at_alert_share": performance.recall.value if performance else None,
        "known_until_ms": newest.until_ms if newest else None,
        "drifted": [check.name for check in report.drifted],
        "report": msgspec.json.encode(report).decode(),
    }


def _log(settings: Settings, report: DriftReport, model: RegisteredModel, path: Path, *, day: date) -> None:
    """Add the page to the model's run, and its figures as metrics whose steps are days."""
    client = mlflow_of(settings).MlflowClient()
    client.log_artifact(model.run_id, str(path), "drift")
    figures = {
        "largest_psi_to_limit": report.largest_psi_to_limit,
        "features_moved": float(len(report.moved)),
        "score_psi": report.score.shift.psi if report.score else None,
        "calibration_error": report.calibration.error if report.calibration else None,
        "observed_to_expected": report.calibration.whole.ratio if report.calibration else None,
    }
    for name, value in figures.items():
        if value is not None:
            client.log_metric(model.run_id, f"drift.{name}", value, step=day.toordinal())
