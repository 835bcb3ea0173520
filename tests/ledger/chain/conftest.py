"""Connections as each role. The sealer's is a superuser's that has put its rights down: that needs no password."""

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
