"""What the tools' own servers need before their first start."""

from kit.settings import Settings

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
    max_concurrent_runs: 1
"""


def prepare_tools(found: Settings) -> None:
    """Make the folders of MLflow and Dagster and write Dagster's settings."""
    (found.var / "mlflow" / "artifacts").mkdir(parents=True, exist_ok=True)
    home = found.var / "dagster"
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text(DAGSTER_YAML)
    for folder in (found.lake, found.models):
        folder.mkdir(exist_ok=True)
    found.secrets.mkdir(mode=0o700, exist_ok=True)
