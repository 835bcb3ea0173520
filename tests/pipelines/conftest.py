"""What tests of the pipelines share."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from kit.settings import PostgresServer, Settings


@pytest.fixture(scope="module")
def feast_warehouse(warehouse: PostgresServer) -> PostgresServer:
    """The module's warehouse, on a server that has Feast's database."""
    with psycopg.connect(warehouse.dsn("postgres", dbname="postgres"), autocommit=True) as admin:
        if not admin.execute("select 1 from pg_database where datname = 'feast'").fetchone():
            admin.execute("create database feast owner feast")
    return warehouse


@pytest.fixture(scope="module")
def project(settings: Settings) -> Iterator[str]:
    """A Feast project of the module's own, torn down after it. `settings` is the module's."""
    from pipelines.profiles.store import open_store

    name = f"t{uuid.uuid4().hex[:12]}"
    yield name
    open_store(settings, project=name).teardown()
