"""Step two: databases, migrations and the passwords of the roles. Everything here may be run again."""

from psycopg import sql

from baas.local_file import CORE_ROLES, WAREHOUSE_ROLES
from kit.migrations import migrate
from kit.postgres import connect
from kit.settings import PostgresServer, Settings

# Tools that keep their own tables on the warehouse server, each in a database that its own role owns.
TOOL_DATABASES = ("mlflow", "dagster", "feast")


def prepare_databases(found: Settings) -> None:
    """Create what is missing, migrate both servers, and set the passwords that the settings hold."""
    _ensure_database(found.core, found.core.dbname)
    _ensure_database(found.warehouse, found.warehouse.dbname)
    migrate(found.core.url("postgres"), server="core")
    migrate(found.warehouse.url("postgres"), server="warehouse")
    for name in TOOL_DATABASES:
        _ensure_role(found.warehouse, name)
        _ensure_database(found.warehouse, name, owner=name)
    set_passwords(found.core, roles=CORE_ROLES)
    set_passwords(found.warehouse, roles=WAREHOUSE_ROLES)


def set_passwords(server: PostgresServer, *, roles: tuple[str, ...]) -> None:
    """Give every role that exists the password that the settings hold for it; the superuser's is its own affair."""
    with connect(server.dsn("postgres", dbname="postgres"), application="baas-up") as connection:
        present = {row[0] for row in connection.execute("select rolname from pg_roles where rolcanlogin").fetchall()}
        for role in roles:
            password = server.passwords.get(role)
            if role == "postgres" or role not in present or password is None:
                continue
            statement = sql.SQL("alter role {} password {}").format(
                sql.Identifier(role), sql.Literal(password.get_secret_value())
            )
            connection.execute(statement)


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
