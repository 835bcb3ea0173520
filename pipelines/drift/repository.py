"""What was found, in the warehouse: one row a tenant, day and model, written as `transform`, the role of batch work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

_KEEP = """
insert into monitoring.model_drift (
  tenant_id, day, model, decisions, reference_decisions, features, features_moved, features_unknown_moved,
  largest_psi_to_limit, score_psi, calibration_error, frauds_observed, frauds_expected, observed_to_expected,
  average_precision, auc, recall_at_alert_share, drifted, report, current_until, reference_from, reference_until,
  known_until
)
values (
  %(tenant_id)s, %(day)s, %(model)s, %(decisions)s, %(reference_decisions)s, %(features)s, %(features_moved)s,
  %(features_unknown_moved)s, %(largest_psi_to_limit)s, %(score_psi)s, %(calibration_error)s, %(frauds_observed)s,
  %(frauds_expected)s, %(observed_to_expected)s, %(average_precision)s, %(auc)s, %(recall_at_alert_share)s, %(drifted)s,
  %(report)s,
  to_timestamp(%(current_until_ms)s / 1000.0),
  to_timestamp(%(reference_from_ms)s / 1000.0),
  to_timestamp(%(reference_until_ms)s / 1000.0),
  to_timestamp(%(known_until_ms)s / 1000.0)
)
on conflict (tenant_id, day, model) do update set
  decisions = excluded.decisions, reference_decisions = excluded.reference_decisions, features = excluded.features,
  features_moved = excluded.features_moved, features_unknown_moved = excluded.features_unknown_moved,
  largest_psi_to_limit = excluded.largest_psi_to_limit, score_psi = excluded.score_psi,
  calibration_error = excluded.calibration_error, frauds_observed = excluded.frauds_observed,
  frauds_expected = excluded.frauds_expected, observed_to_expected = excluded.observed_to_expected,
  average_precision = excluded.average_precision, auc = excluded.auc,
  recall_at_alert_share = excluded.recall_at_alert_share, drifted = excluded.drifted, report = excluded.report,
  current_until = excluded.current_until, reference_from = excluded.reference_from,
  reference_until = excluded.reference_until, known_until = excluded.known_until, found_at = now()
"""
_NEWEST = """
select distinct on (tenant_id)
  tenant_id, model, current_until, features_moved, features_unknown_moved, largest_psi_to_limit, score_psi, calibration_error,
  observed_to_expected, average_precision, drifted
from monitoring.model_drift
order by tenant_id, day desc, found_at desc
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """The newest finding of a tenant; what is not known is None."""

    tenant_id: str
    model: str
    current_until: datetime
    features_moved: int
    features_unknown_moved: int
    largest_psi_to_limit: float | None
    score_psi: float | None
    calibration_error: float | None
    observed_to_expected: float | None
    average_precision: float | None
    drifted: list[str]


def keep(connection: Connection, row: Mapping[str, object]) -> None:
    """Write one finding, its columns by name; again, it takes the place of what was there."""
    connection.execute(_KEEP, row)


def newest(connection: Connection) -> list[Finding]:
    """Return each tenant's newest finding."""
    return [Finding(*row) for row in connection.execute(_NEWEST).fetchall()]
