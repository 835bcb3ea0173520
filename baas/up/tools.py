"""What the tools' own servers need before their first start."""

import json
import secrets
from typing import TYPE_CHECKING

from baas.operator_errors import Refused
from baas.processes import SUPERSET
from kit.settings import Settings
from orchestration.bounds import Bounds, of_machine

if TYPE_CHECKING:
    from serving.identity.seed import Login

SENSORS_AT_ONCE = 4

SUPERSET_SECRETS = "superset.json"
SUPERSET_LOGINS = ("admin", "analyst")
PASSWORD_BYTES = 18
KEY_BYTES = 42
DAGSTER_YAML = """# Written at every start. Runs, events and schedules live in the warehouse server's own database for Dagster.
storage:
  postgres:
    postgres_url:
      env: DAGSTER_POSTGRES_URL
telemetry:
  enabled: false
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
concurrency:
  runs:
    max_concurrent_runs: {runs}
  pools:
    default_limit: 1
    granularity: op
# A run whose process died goes on from where it was; a step that failed has tried again by itself.
run_retries:
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false
run_monitoring:
  enabled: true
  start_timeout_seconds: 900
  max_runtime_seconds: 14400
freshness:
  enabled: true
# A sensor that waits holds no other one up.
sensors:
  use_threads: true
  num_workers: {sensors}
"""


def dagster_yaml(found: Bounds) -> str:
    """Return Dagster's settings; each pool holds one step at a time."""
    return DAGSTER_YAML.format(runs=found.runs, sensors=SENSORS_AT_ONCE)


def prepare_tools(found: Settings) -> None:
    """Make the folders of MLflow and Dagster and write Dagster's settings."""
    (found.var / "mlflow" / "artifacts").mkdir(parents=True, exist_ok=True)
    home = found.var / "dagster"
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text(dagster_yaml(of_machine()))
    for folder in (found.lake, found.models):
        folder.mkdir(exist_ok=True)
    found.secrets.mkdir(mode=0o700, exist_ok=True)
    _keep_superset_secrets(found)


def require_superset() -> None:
    """Raise Refused where the dashboards are asked for and not installed."""
    if not (SUPERSET / ".venv" / "bin" / "python").exists():
        raise Refused(f"the dashboards of the profile `full` are not installed: run `make superset` ({SUPERSET} has no .venv)")


def superset_logins(found: Settings) -> list["Login"]:
    """Return the logins to the dashboards, as `prepare_tools` made them."""
    from serving.identity.seed import Login

    kept = json.loads((found.secrets / SUPERSET_SECRETS).read_text())
    return [Login("dashboards", name, kept[name], [name], found.demo.tenant) for name in SUPERSET_LOGINS]


def _keep_superset_secrets(found: Settings) -> None:
    """Make Superset's key and its logins' passwords once: another key would leave nothing of what it sealed readable."""
    from serving.identity.keys import write_private

    path = found.secrets / SUPERSET_SECRETS
    if not path.exists():
        made = {name: secrets.token_urlsafe(PASSWORD_BYTES) for name in SUPERSET_LOGINS}
        write_private(path, json.dumps({"secret_key": secrets.token_urlsafe(KEY_BYTES)} | made, indent=1) + "\n")
