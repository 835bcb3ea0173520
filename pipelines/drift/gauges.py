"""The newest finding of each tenant as metrics, read from the warehouse: they are there after any restart."""

from prometheus_client import Gauge
from psycopg import Connection

from pipelines.drift import repository
from pipelines.drift.checks import CHECKS

_OF_MODEL = ["tenant", "model"]
UNTIL = Gauge("baas_drift_until_seconds", "Up to when the newest drift finding looks (epoch seconds)", _OF_MODEL)
PSI_TO_LIMIT = Gauge("baas_drift_largest_psi_to_limit", "Largest index of a feature over its limit", _OF_MODEL)
MOVED = Gauge("baas_drift_features_moved", "Features that are distributed otherwise than in training", _OF_MODEL)
UNKNOWN_MOVED = Gauge("baas_drift_features_unknown_moved", "Features of which another share is unknown", _OF_MODEL)
SCORE_PSI = Gauge("baas_drift_score_psi", "Population stability index of the scores", _OF_MODEL)
CALIBRATION_ERROR = Gauge("baas_drift_calibration_error", "Expected calibration error over known labels", _OF_MODEL)
OBSERVED_TO_EXPECTED = Gauge("baas_drift_observed_to_expected", "Frauds known over frauds expected", _OF_MODEL)
AVERAGE_PRECISION = Gauge("baas_drift_average_precision", "Average precision of the newest week of known labels", _OF_MODEL)
DRIFTED = Gauge("baas_drift_check_drifted", "1 where a check wants a look, else 0", [*_OF_MODEL, "check"])
_ALL = (
    UNTIL, PSI_TO_LIMIT, MOVED, UNKNOWN_MOVED, SCORE_PSI, CALIBRATION_ERROR, OBSERVED_TO_EXPECTED, AVERAGE_PRECISION, DRIFTED,
)  # fmt: skip


def show(warehouse: Connection) -> None:
    """Set the gauges to what the warehouse holds; what is not known has no value."""
    found = repository.newest(warehouse)
    for gauge in _ALL:
        gauge.clear()
    for finding in found:
        labels = finding.tenant_id, finding.model
        values = {
            UNTIL: finding.current_until.timestamp(),
            PSI_TO_LIMIT: finding.largest_psi_to_limit,
            MOVED: finding.features_moved,
            UNKNOWN_MOVED: finding.features_unknown_moved,
            SCORE_PSI: finding.score_psi,
            CALIBRATION_ERROR: finding.calibration_error,
            OBSERVED_TO_EXPECTED: finding.observed_to_expected,
            AVERAGE_PRECISION: finding.average_precision,
        }
        for gauge, value in values.items():
            if value is not None:
                gauge.labels(*labels).set(value)
        for check in CHECKS:
            DRIFTED.labels(*labels, check).set(check in finding.drifted)
