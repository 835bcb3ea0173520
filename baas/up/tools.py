"""What the tools' own servers need before their first start."""

from kit.settings import Settings
from orchestration.bounds import Bounds, of_machine

SENSORS_AT_ONCE = 4
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
