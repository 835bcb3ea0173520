"""The one list of what runs: name, command, profile, what it needs, how it is asked whether it lives.

The supervisor's configuration, `baas up`, `down`, `status` and the health ports all derive from it.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kit.settings import REPOSITORY_ROOT, Http, Settings, user_cache

Profile = Literal["core", "full"]
SERVERS = ("core", "warehouse", "kafka", "valkey")
# Servers that the profile `full` has beside those of every set.
FULL_SERVERS = ("neo4j",)
ALL_SERVERS = (*SERVERS, *FULL_SERVERS)


@dataclass(frozen=True, slots=True)
class Process:
    """One process of ours, or a tool's server, that the supervisor keeps."""

    name: str
    command: tuple[str, ...]
    depends_on: tuple[str, ...]
    profile: Profile = "core"
    health_path: str | None = "/healthz"
    ready_path: str | None = "/readyz"
    listens: str | None = None
    after_history: bool = False
    stop_wait_s: int = 30
    about: str = ""


PROCESSES = (
    Process(
        name="mlflow",
        command=("mlflow",),
        depends_on=("warehouse",),
        health_path="/health",
        ready_path="/health",
        listens="mlflow",
        about="experiments and the model registry",
    ),
    Process(
        name="relay",
        command=("python", "-m", "streams.relay"),
        depends_on=("core", "kafka"),
        about="carries the outbox to Kafka in commit order",
    ),
    Process(
        name="sealer",
        command=("python", "-m", "ledger.chain"),
        depends_on=("core",),
        about="seals what was booked into signed blocks",
    ),
    Process(
        name="scorer",
        command=("python", "-m", "streams.scorer"),
        depends_on=("kafka",),
        about="decides every transaction",
        stop_wait_s=60,
    ),
    Process(
        name="intake",
        command=("python", "-m", "streams.intake"),
        depends_on=("core", "kafka"),
        about="posts what came from outside",
    ),
    Process(
        name="alerts",
        command=("python", "-m", "streams.alerts"),
        depends_on=("core", "kafka"),
        about="groups flagged decisions and findings into alerts, and opens cases for them",
    ),
    Process(
        name="sink-warehouse",
        command=("python", "-m", "streams.sinks.warehouse"),
        depends_on=("warehouse", "kafka"),
        about="copies the topics to raw.*",
    ),
    Process(
        name="projector",
        command=("python", "-m", "streams.projector"),
        depends_on=("core", "warehouse", "kafka"),
        after_history=True,
        about="folds the ledger's events into accounts' histories",
    ),
    Process(
        name="sink-lake",
        command=("python", "-m", "streams.sinks.lake"),
        depends_on=("kafka",),
        about="copies the topics to Parquet",
    ),
    Process(
        name="marts",
        command=("python", "-m", "pipelines.marts"),
        depends_on=("core", "warehouse", "sink-warehouse"),
        after_history=True,
        about="builds the analysts' marts from what the warehouse got",
    ),
    Process(
        name="simulations",
        command=("python", "-m", "pipelines.backtest.worker"),
        depends_on=("core",),
        after_history=True,
        about="tries policies on history",
    ),
    Process(
        name="models",
        command=("python", "-m", "pipelines.promotion.worker"),
        depends_on=("core", "kafka", "mlflow"),
        after_history=True,
        about="shows models to the API, and holds them to the gate",
    ),
    Process(
        name="upkeep",
        command=("python", "-m", "pipelines.upkeep"),
        depends_on=("core", "warehouse", "mlflow"),
        after_history=True,
        about="compacts the lake every hour, forecasts and looks at money every night, screens whoever was not",
    ),
    Process(
        name="privacy",
        command=("python", "-m", "pipelines.privacy.worker"),
        depends_on=("core", "warehouse", "kafka", "valkey"),
        after_history=True,
        about="erases who may be erased, everywhere, with a proof",
    ),
    Process(
        name="api",
        command=("python", "-m", "serving"),
        depends_on=("core", "warehouse", "kafka", "scorer"),
        listens="api",
        about="the HTTP API and the page",
    ),
    Process(
        name="dagster-web",
        command=("dagster-web",),
        depends_on=("warehouse",),
        profile="full",
        health_path="/server_info",
        ready_path="/server_info",
        listens="dagster",
        about="batch jobs: lineage, runs, checks",
    ),
    Process(
        name="dagster-daemon",
        command=("dagster-daemon",),
        depends_on=("warehouse",),
        profile="full",
        health_path=None,
        ready_path=None,
        about="schedules the batch jobs",
    ),
    Process(
        name="graph",
        command=("python", "-m", "streams.graph"),
        depends_on=("neo4j", "kafka"),
        profile="full",
        about="keeps the graph of who pays whom, and from what",
    ),
    Process(
        name="superset",
        command=("superset",),
        depends_on=("warehouse",),
        profile="full",
        health_path="/health",
        ready_path="/health",
        listens="superset",
        about="dashboards on the marts",
    ),
    Process(
        name="aml-stream",
        command=("python", "-m", "streams.aml"),
        depends_on=("kafka", "relay"),
        profile="full",
        after_history=True,
        stop_wait_s=240,
        about="keeps the Flink jobs that find candidates of money laundering",
    ),
    Process(
        name="live",
        command=("python", "-m", "simulator.play"),
        depends_on=("kafka", "api", "scorer"),
        after_history=True,
        about="plays live traffic of the simulated bank",
    ),
)

HEALTH_PORTS = tuple(process.name for process in PROCESSES if process.health_path and not process.listens)


def by_name() -> dict[str, Process]:
    """Return every process by its name."""
    return {process.name: process for process in PROCESSES}


def of_profile(profile: Profile) -> tuple[Process, ...]:
    """Return what a profile runs, what is needed before what needs it."""
    return in_order(process for process in PROCESSES if profile == "full" or process.profile == "core")


def servers_of(profile: Profile) -> tuple[str, ...]:
    """Return the servers that a profile needs."""
    return ALL_SERVERS if profile == "full" else SERVERS


def in_order(processes: Iterable[Process]) -> tuple[Process, ...]:
    """Return them so that each comes after what it depends on. Raises ValueError on a circle."""
    waiting, done, ordered = list(processes), set(ALL_SERVERS), []
    known = {process.name for process in waiting} | done
    while waiting:
        free = [process for process in waiting if all(name in done or name not in known for name in process.depends_on)]
        if not free:
            raise ValueError(f"these depend on each other: {', '.join(process.name for process in waiting)}")
        ordered += free
        done |= {process.name for process in free}
        waiting = [process for process in waiting if process.name not in done]
    return tuple(ordered)


def stopping_order() -> list[list[str]]:
    """Return groups of names to stop together: nothing stops while something that still runs needs it."""
    waiting = {process.name: process for process in PROCESSES}
    groups = []
    while waiting:
        needed = {name for process in waiting.values() for name in process.depends_on}
        group = [name for name in waiting if name not in needed]
        groups.append(group)
        for name in group:
            del waiting[name]
    return [*groups, list(ALL_SERVERS)]


def address(process: Process, settings: Settings) -> Http | None:
    """Return where a process answers its health questions, or None when it does not listen."""
    if process.listens:
        found: Http = getattr(settings, process.listens)
        return found
    return settings.health.get(process.name)


def command_line(process: Process, settings: Settings) -> tuple[str, ...]:
    """Return what is executed."""
    if process.command[0] == "python":
        return (sys.executable, *process.command[1:])
    return TOOLS[process.command[0]](settings)


def _mlflow(settings: Settings) -> tuple[str, ...]:
    return (
        _script("mlflow"), "server", "--host", settings.mlflow.host, "--port", str(settings.mlflow.port), "--workers", "1",
        "--artifacts-destination", str(settings.var / "mlflow" / "artifacts"),
    )  # fmt: skip


def _dagster_web(settings: Settings) -> tuple[str, ...]:
    http = settings.dagster
    return (_script("dagster-webserver"), "-h", http.host, "-p", str(http.port), "-m", DAGSTER_MODULE)


def _dagster_daemon(_settings: Settings) -> tuple[str, ...]:
    return (_script("dagster-daemon"), "run", "-m", DAGSTER_MODULE)


def _superset(settings: Settings) -> tuple[str, ...]:
    http = settings.superset
    return (
        str(SUPERSET / ".venv" / "bin" / "python"),
        str(SUPERSET / "start.py"),
        "--host",
        http.host,
        "--port",
        str(http.port),
    )


def _script(name: str) -> str:
    return str(Path(sys.executable).parent / name)


DAGSTER_MODULE = "orchestration.definitions"
# A project with an environment of its own, which `make superset` installs.
SUPERSET = REPOSITORY_ROOT / "deploy" / "superset"
TOOLS = {"mlflow": _mlflow, "dagster-web": _dagster_web, "dagster-daemon": _dagster_daemon, "superset": _superset}


def environment(process: Process, settings: Settings) -> dict[str, str]:
    """Return what a process finds in its environment besides the settings: quiet tools, few threads, no calls home."""
    common = {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "PYTHONUNBUFFERED": "1",
        "NUMBA_CACHE_DIR": str(user_cache() / "numba"),
    }
    if process.name == "mlflow":
        return common | {
            "MLFLOW_BACKEND_STORE_URI": settings.warehouse.url("mlflow", dbname="mlflow", driver="postgresql+psycopg2"),
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
        }
    if process.name.startswith("dagster"):
        return common | {
            "DAGSTER_HOME": str(settings.var / "dagster"),
            "DAGSTER_POSTGRES_URL": settings.warehouse.url("dagster", dbname="dagster"),
            "DAGSTER_DISABLE_TELEMETRY": "1",
        }
    if process.name == "superset":
        return common | {
            "SUPERSET_METADATA_URI": settings.warehouse.url("superset", dbname="superset", driver="postgresql+psycopg2"),
            "SUPERSET_MARTS_URI": settings.warehouse.url("bi", driver="postgresql+psycopg2"),
            "SUPERSET_HOME": str(settings.var / "superset"),
            "SUPERSET_KEYS_DIR": str(settings.secrets),
            "SCARF_ANALYTICS": "false",
        }
    return common
