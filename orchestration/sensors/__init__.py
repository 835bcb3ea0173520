"""What starts a run because something has come: labels, lists, another champion, rows for a day that was looked at already."""

from collections.abc import Mapping, Sequence

from dagster import SensorDefinition
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from kit.settings import Settings
from orchestration.sensors.aliases import changed_aliases
from orchestration.sensors.labels import new_labels
from orchestration.sensors.late import late_rows
from orchestration.sensors.lists import new_lists


def arrival_sensors(settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition]) -> Sequence[SensorDefinition]:
    """Return them; `jobs` are those that they ask for, by name."""
    return [
        new_labels(settings, jobs["retrain"]),
        new_lists(settings, jobs["lists"]),
        changed_aliases(settings, jobs["drift"]),
        late_rows(settings, daily=jobs["daily"], profiles=jobs["profiles"]),
    ]
