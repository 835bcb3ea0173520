"""Connections as each role of the chain. The sealer's is the superuser's that has put its rights down, so that no password is needed."""

from collections.abc import Iterator

import psycopg
import pytest

from kit.postgres import connect
from kit.settings import PostgresServer


@pytest.fixture
def api(core: PostgresServer) -> Iterator[psycopg.Connection]:
    """The role that posts."""
    with connect(core.dsn("api"), application="test") as connection:
        yield connection


@pytest.fixture
def sealing(core: PostgresServer) -> Iterator[psycopg.Connection]:
    """The role that seals."""
    with connect(core.dsn("postgres"), application="test-sealer") as connection:
        connection.execute("set role sealer")
        yield connection


@pytest.fixture
def auditor(core: PostgresServer) -> Iterator[psycopg.Connection]:
    """The role that verifies."""
    with connect(core.dsn("audit"), application="test-audit") as connection:
        yield connection
