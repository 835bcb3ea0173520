"""Two banks on one server, each with one of everything, and who asks for them."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from kit.settings import Neo4j, PostgresServer, Settings
from serving.edge.limits import Limits, Rate
from serving.resources import Options
from tests.serving.conftest import Server
from tests.serving.isolation.holdings import Holdings, make_holdings
from tests.serving.test_reading import MART

PLENTY = Rate(per_s=10_000, burst=10_000)
PEOPLE = ("admin", "compliance", "risk", "customer")
MACHINES = ("operator", "analyst")
TABLES_OF_TENANTS = """
select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid
where a.attname = 'tenant_id' and c.relkind in ('r', 'p') and not a.attisdropped and not c.relispartition
"""


@pytest.fixture(scope="module")
def options() -> Options:
    return Options(limits=Limits(per_address=PLENTY, per_address_sign_in=PLENTY, per_person=PLENTY, per_machine=PLENTY))


@pytest.fixture(scope="module")
def settings(settings: Settings, neo4j: Neo4j) -> Settings:
    """A bank that keeps a graph."""
    return settings.model_copy(update={"neo4j": neo4j.model_copy(update={"kept": True})})


@pytest.fixture(scope="module")
def marts(api: Server) -> None:
    with psycopg.connect(api.settings.warehouse.dsn("postgres")) as connection:
        connection.execute(MART)


@pytest.fixture(scope="module")
def attacker(api: Server, marts: None) -> Holdings:
    return make_holdings(api, "demo")


@pytest.fixture(scope="module")
def victim(api: Server, marts: None) -> Holdings:
    return make_holdings(api, "other")


def clients_of(api: Server, tenant_id: str) -> dict[str, httpx.Client]:
    """One of every role of a tenant: people who sign in, and machines."""
    people = {role: api.browser(role, tenant_id) for role in PEOPLE}
    machines = {"partner": api.partner(tenant_id)}
    for role in MACHINES:
        wanted = {"client_id": f"{tenant_id}-{role}", "name": role, "roles": [role]}
        made = people["admin"].post("/v1/clients", json=wanted)
        assert made.status_code == 201, made.text
        machines[role] = api.client(**{"X-Api-Key": made.json()["api_key"]})
    return people | machines


@pytest.fixture(scope="module")
def attackers(api: Server, attacker: Holdings) -> dict[str, httpx.Client]:
    return clients_of(api, "demo")


@pytest.fixture(scope="module")
def owners(api: Server, victim: Holdings) -> dict[str, httpx.Client]:
    return clients_of(api, "other")


def rows_of(server: PostgresServer, tenant_id: str) -> dict[str, str]:
    """A checksum of each table's rows of one tenant; of the outbox, what is said under its key."""
    return _checksums(server, "tenant_id = %(asked)s", tenant_id, outbox="key = %(asked)s")


def rows_with(server: PostgresServer, texts: list[str]) -> dict[str, str]:
    """A checksum of each table's rows in which one of these texts stands."""
    return _checksums(server, "t::text like any(%(asked)s)", [f"%{text}%" for text in texts])


def _checksums(server: PostgresServer, condition: str, asked: object, *, outbox: str | None = None) -> dict[str, str]:
    with psycopg.connect(server.dsn("postgres")) as connection:
        conditions = {row[0]: condition for row in connection.execute(TABLES_OF_TENANTS)}
        if outbox and connection.execute("select to_regclass('outbox.event')").fetchone() != (None,):
            conditions["outbox.event"] = outbox
        rows = "select '{0}', md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {0} t where {1}"
        query = " union all ".join(rows.format(table, held_to) for table, held_to in conditions.items())
        return dict(connection.execute(query, {"asked": asked}).fetchall())


@pytest.fixture(scope="module")
def as_it_was(
    api: Server, victim: Holdings, attackers: dict[str, httpx.Client], owners: dict[str, httpx.Client]
) -> dict[str, str]:
    return rows_of(api.settings.core, victim.tenant_id) | rows_of(api.settings.warehouse, victim.tenant_id)


@pytest.fixture
def untouched(api: Server, victim: Holdings, as_it_was: dict[str, str]) -> Iterator[None]:
    """Whatever the test does, every row of the victim's is as it was."""
    yield
    now = rows_of(api.settings.core, victim.tenant_id) | rows_of(api.settings.warehouse, victim.tenant_id)
    assert {table for table in now if now[table] != as_it_was[table]} == set()
