"""A real MLflow server on a database of its own, started as the product starts it."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from baas.processes import by_name, command_line, environment
from kit.localset import ports
from kit.localset.readiness import wait_until_ready
from kit.settings import Http, Settings
from tests.http import http

READY_S = 300.0


@contextmanager
def mlflow_server(settings: Settings) -> Iterator[Settings]:
    """Run it for as long as the block lasts; yields the settings that name it."""
    database = f"mlflow_{uuid.uuid4().hex[:12]}"
    admin = settings.warehouse.dsn("postgres", dbname="postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"create database {database} owner mlflow")
    found = settings.model_copy(update={"mlflow": Http(port=ports.choose(taken=()))})
    process = by_name()["mlflow"]
    own = environment(process, found)
    own["MLFLOW_BACKEND_STORE_URI"] = own["MLFLOW_BACKEND_STORE_URI"].replace("/mlflow?", f"/{database}?")
    (found.var / "mlflow").mkdir(parents=True, exist_ok=True)
    log = found.var / "mlflow" / "server.log"
    with log.open("wb") as sink:
        server = subprocess.Popen(
            command_line(process, found), env=os.environ | own, cwd=found.var, stdout=sink, stderr=subprocess.STDOUT
        )
    try:
        address = f"http://{found.mlflow.host}:{found.mlflow.port}/health"
        wait_until_ready("mlflow", lambda: http.get(address, timeout=3).raise_for_status(), timeout_s=READY_S)
        yield found
    finally:
        server.terminate()
        server.wait(60)
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"drop database {database} with (force)")
        Path(log).unlink()
