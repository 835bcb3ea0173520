"""A Dagster instance as the product sets one up: its settings file, its storage in PostgreSQL."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from dagster import DagsterInstance

from baas.processes import by_name, environment
from baas.up.tools import dagster_yaml
from kit.settings import REPOSITORY_ROOT, Settings
from orchestration.bounds import Bounds
from tests.servers import environment_of

STOP_S = 60


@contextmanager
def dagster_home(settings: Settings, found: Bounds) -> Iterator[dict[str, str]]:
    """Yield the variables by which a process finds it and the product's warehouse; the storage is dropped at the end."""
    database = f"dagster_{uuid.uuid4().hex[:12]}"
    admin = settings.warehouse.dsn("postgres", dbname="postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"create database {database} owner dagster")
    home = settings.var / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text(dagster_yaml(found))
    own = environment(by_name()["dagster-daemon"], settings)
    own["DAGSTER_POSTGRES_URL"] = settings.warehouse.url("dagster", dbname=database)
    named = environment_of(core=settings.core, warehouse=settings.warehouse, kafka=settings.kafka, var=settings.var)
    try:
        yield own | named | {"PYTHONPATH": str(REPOSITORY_ROOT)}
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"drop database {database} with (force)")


@contextmanager
def instance_at(variables: dict[str, str]) -> Iterator[DagsterInstance]:
    """Yield the instance."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        with DagsterInstance.from_config(variables["DAGSTER_HOME"]) as instance:
            yield instance
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def daemon(variables: dict[str, str], log: Path, *, module: str) -> Iterator[subprocess.Popen]:
    """Run Dagster's daemon on the definitions of a module."""
    program = Path(sys.executable).parent / "dagster-daemon"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [program, "run", "-m", module],
            cwd=REPOSITORY_ROOT,
            env=os.environ | variables,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(STOP_S)
