"""Step two: databases, migrations and the passwords of the roles. Everything here may be run again."""

from psycopg import sql

from baas.local_file import CORE_ROLES, WAREHOUSE_ROLES
from baas.operator_errors import Refused
from kit.migrations import migrate
from kit.postgres import connect
from kit.settings import PostgresServer, Settings

# Tools that keep their own tables on the warehouse server, each in a database that its own role owns.
TOOL_DATABASES = ("mlflow", "dagster", "feast", "superset")


def prepare_databases(found: Settings) -> None:
    """Create what is missing, migrate both servers, and set the passwords that the settings hold.

    Raises Refused when the core does not write the log that the outbox is read from.
    """
    _require_logical_log(found.core)
    _ensure_database(found.core, found.core.dbname)
    _ensure_database(found.warehouse, found.warehouse.dbname)
    migrate(found.core.url("postgres"), server="core")
    migrate(found.warehouse.url("postgres"), server="warehouse")
    for name in TOOL_DATABASES:
        _ensure_role(found.warehouse, name)
        _ensure_database(found.warehouse, name, owner=name)
    set_passwords(found.core, roles=CORE_ROLES)
    set_passwords(found.warehouse, roles=WAREHOUSE_ROLES)
    give_dashboards(found.warehouse, tenant_id=found.demo.tenant)


def give_dashboards(warehouse: PostgresServer, *, tenant_id: str) -> None:
    """Let the dashboards' role read this tenant's marts, and no other's."""
    with connect(warehouse.dsn("postgres"), application="baas-up") as connection:
        connection.execute(
            "insert into bi.reader (role_name, reads_tenant) values ('bi', %s) "
            "on conflict (role_name) do update set reads_tenant = excluded.reads_tenant",
            (tenant_id,),
        )


def set_passwords(server: PostgresServer, *, roles: tuple[str, ...]) -> None:
    """Give every role the password that the settings hold for it; the superuser's is its own affair."""
    with connect(server.dsn("postgres", dbname="postgres"), application="baas-up") as connection:
        for role in roles:
            if role == "postgres":
                continue
            secret = server.passwords[role].get_secret_value()
            connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(secret)))


def _require_logical_log(server: PostgresServer) -> None:
    with connect(server.dsn("postgres", dbname="postgres"), application="baas-up") as connection:
        row = connection.execute("show wal_level").fetchone()
    if row is None or row[0] != "logical":
        raise Refused(
            f"the core server's wal_level is {row and row[0]}, and the relay reads its log: set wal_level = logical there, "
            "restart that server, and run `baas up` again"
        )


def _ensure_role(server: PostgresServer, role: str) -> None:
    with connect(server.dsn("postgres", dbname="postgres"), application="baas-up") as connection:
        present = connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone()
        if not present:
            connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))


def _ensure_database(server: PostgresServer, name: str, *, owner: str = "postgres") -> None:
    with connect(server.dsn("postgres", dbname="postgres"), application="baas-up") as connection:
        present = connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
        if not present:
            statement = sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(owner))
            connection.execute(statement)
