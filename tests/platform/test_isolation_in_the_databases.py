"""What keeps tenants apart below the application: roles, policies and functions, read from the catalogues of both databases."""

from collections.abc import Iterator

import psycopg
import pytest

from kit.postgres import connect
from kit.settings import PostgresServer

pytestmark = pytest.mark.servers

# Who works for one tenant at a time, under row-level security.
CONFINED = {"core": ("api", "intake", "alerts", "eraser"), "warehouse": ("analytics", "analyst", "bi", "eraser")}
# Who sees every tenant, and why. Its policies say so by `true`, but for those that may pass row-level security by.
SEES_ALL = {
    "audit": "recounts, reconciles and backs up; writes nothing",
    "backtester": "takes jobs of any tenant from governance, reads when accounts were opened and who is erased; nothing else",
    "poster": "owns the functions that check each row's tenant; nobody can be it",
    "relay": "carries the outbox, whose events name their tenant",
    "screener": "reads who customers are, of every tenant, and writes what screening found; no money",
    "sealer": "chains hashes of what all tenants booked; sees no account and no transfer",
    "sinks": "writes what the topics carry",
    "transform": "builds the marts of all tenants",
}
# Tables whose rows are no tenant's, and what a confined role may do there.
OF_NO_TENANT = {
    "alembic_version": set(),
    "outbox.event": {"INSERT"},
    "outbox.bootstrap": set(),
    "identity.login_failure": set(),
    "raw.sink_offset": set(),
    "raw.reference_extract": set(),
    "monitoring.mart_build": set(),
    "monitoring.row_change": set(),
    # What was found of whole days, of every tenant, and what the batch side did.
    "quality.checked": set(),
    "quality.quarantine": set(),
    "platform.asset_run": set(),
    "platform.run_failure": set(),
    # Salted hashes, and what was made of them. Blocks, keys and signatures are public: a proof leads to them.
    "ledger.journal": set(),
    "chain.batch": set(),
    "chain.leaf": set(),
    "chain.block": {"SELECT"},
    "chain.key": {"SELECT"},
    "chain.signature": {"SELECT"},
    # Whose marts each role of the dashboards reads; a role sees its own row.
    "bi.reader": {"SELECT"},
    # How far the read model has come: offsets and moments.
    "read_model.serving": {"SELECT"},
    'read_model."position"': {"SELECT"},
    # Which text models there are: hashes, days and counts.
    "read_model.category_model": {"SELECT"},
}
OURS = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
GRANTS = f"""
select c.oid::regclass::text, r.rolname, x.privilege_type, c.relkind,
    exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
from pg_class c join pg_namespace n on n.oid = c.relnamespace,
    lateral (
        select * from aclexplode(c.relacl)
        union all
        select y.* from pg_attribute a, aclexplode(a.attacl) y where a.attrelid = c.oid and a.attacl is not null
    ) x
    left join pg_roles r on r.oid = x.grantee
where {OURS} and c.relkind in ('r', 'p', 'v', 'm', 'f') and x.grantee <> c.relowner
"""
POLICIES = "select format('%I.%I', schemaname, tablename), roles, cmd, permissive, qual, with_check from pg_policies"
TABLES = f"""
select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
where {OURS} and c.relkind in ('r', 'p')
"""
EVERY_TENANTS = """
insert into monitoring.backtest (backtest_id, tenant_id, from_day, to_day, policy, decisions, report)
values (gen_random_uuid(), '', '2025-11-24', '2025-11-24', 'p', 0, '{}')
"""


@pytest.fixture(scope="module", params=["core", "warehouse"])
def database(request: pytest.FixtureRequest) -> tuple[str, PostgresServer]:
    return request.param, request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def catalogue(database: tuple[str, PostgresServer]) -> Iterator[psycopg.Connection]:
    with connect(database[1].dsn("postgres"), application="test") as connection:
        yield connection


def test_every_role_that_reaches_a_table_is_known_here(catalogue):
    reaching = {row[1] for row in catalogue.execute(GRANTS)}
    known = {role for roles in CONFINED.values() for role in roles} | set(SEES_ALL)
    assert reaching - known == set(), "say here whether the role is confined to a tenant, or why it sees them all"


def test_a_confined_role_has_no_attribute_membership_or_possession_that_frees_it(catalogue, database):
    for role in CONFINED[database[0]]:
        attributes = catalogue.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = %s",
            (role,),
        ).fetchone()
        assert attributes == (False,) * 5, role
        member = "select roleid::regrole::text from pg_auth_members where member = %s::regrole"
        assert catalogue.execute(member, (role,)).fetchall() == [], role
        owned = (
            "select count(*) from pg_shdepend where refclassid = 'pg_authid'::regclass and refobjid = %s::regrole "
            "and deptype = 'o'"
        )
        assert catalogue.execute(owned, (role,)).fetchone() == (0,), role


def test_every_table_with_a_tenant_forces_row_level_security(catalogue):
    unguarded = catalogue.execute(
        "select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid where a.attname = 'tenant_id' "
        "and not a.attisdropped and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)"
    ).fetchall()
    assert unguarded == []


def test_a_table_without_a_tenant_is_known_here_and_open_for_what_is_said_here(catalogue, database):
    tables = {
        row[0]
        for row in catalogue.execute(
            f"select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where {OURS} "
            "and c.relkind in ('r', 'p', 'v', 'm', 'f') and not exists (select from pg_attribute a where a.attrelid = c.oid "
            "and a.attname = 'tenant_id')"
        )
    }
    assert tables - set(OF_NO_TENANT) == set(), "say here that its rows are no tenant's, or give it one"
    for table, role, privilege, _, of_a_tenant in catalogue.execute(GRANTS):
        if not of_a_tenant and role in CONFINED[database[0]]:
            assert privilege in OF_NO_TENANT[table], (table, role)


def test_each_command_that_a_confined_role_may_give_is_held_to_the_tenant_by_a_policy(catalogue, database):
    policies = catalogue.execute(POLICIES).fetchall()
    for table, role, privilege, kind, of_a_tenant in catalogue.execute(GRANTS).fetchall():
        assert role is not None, f"{table} is open to everybody"
        if role not in CONFINED[database[0]] or not of_a_tenant:
            continue
        assert kind in (b"r", b"p", "r", "p"), f"{table} is no table: a view reads as its owner does"
        assert privilege in {"SELECT", "INSERT", "UPDATE", "DELETE"}, (table, role, privilege)
        holding = [
            (qual, check)
            for name, roles, command, permissive, qual, check in policies
            if name == table and command in ("ALL", privilege) and permissive == "PERMISSIVE" and {"public", role} & set(roles)
        ]
        assert holding, (table, role, privilege)
        for qual, check in holding:
            told = check if privilege == "INSERT" else qual
            assert told is not None, (table, role, privilege)
            assert "tenant_id = " in told, (table, role, told)
            assert "current_tenant()" in told or "NULLIF(current_setting('app.tenant_id'" in told, (table, role, told)


def test_a_policy_that_lets_every_tenant_through_is_for_a_role_that_sees_them_all(catalogue):
    for table, roles, command, _, qual, check in catalogue.execute(POLICIES):
        if "true" in (qual, check) and {command} != OF_NO_TENANT.get(table):
            assert set(roles) <= set(SEES_ALL), (table, roles)


EVASIONS = [
    "set role postgres",
    "set role poster",
    "set role audit",
    "set session authorization postgres",
    "set session_replication_role = replica",
    "create role mine",
    "alter role {role} bypassrls",
    "alter role {role} superuser",
    "grant poster to {role}",
    "create extension pg_trgm",
    "create schema mine",
    "create event trigger mine on ddl_command_end execute function public.current_tenant()",
    "copy (select 1) to program 'true'",
    "select pg_read_file('/etc/passwd')",
    "select lo_import('/etc/passwd')",
    "alter system set row_security = off",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'",
]
ON_TABLES = [
    "alter table {table} disable row level security",
    "alter table {table} no force row level security",
    "alter table {table} owner to {role}",
    "alter table {table} add column mine text",
    "create policy mine on {table} using (true)",
    "drop policy own_tenant on {table}",
    "create rule mine as on select to {table} do instead select 1",
    "create trigger mine before update on {table} for each row execute function suppress_redundant_updates_trigger()",
    "truncate {table}",
    "drop table {table}",
]
IN_SCHEMAS = [
    "create function {schema}.mine() returns bigint language sql security definer as 'select 1::bigint'",
    "create table {schema}.mine (id integer)",
    "create view {schema}.mine as select 1",
    "alter schema {schema} owner to {role}",
]


# The right is looked for first in most places; in some the thing itself is, which the other database has or none.
REFUSALS = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.InvalidParameterValue,
    psycopg.errors.UndefinedObject,
    psycopg.errors.WrongObjectType,
)


def refused(connection: psycopg.Connection, statement: str) -> None:
    with pytest.raises(REFUSALS):
        connection.execute(statement)


def test_a_confined_role_cannot_free_itself(database):
    kind, server = database
    with connect(server.dsn("postgres"), application="test") as admin:
        tables = [row[0] for row in admin.execute(TABLES)]
        schemas = [row[0] for row in admin.execute(f"select n.nspname from pg_namespace n where {OURS}")]
    for role in CONFINED[kind]:
        with connect(server.dsn(role), application="test") as connection:
            for statement in EVASIONS:
                refused(connection, statement.format(role=role))
            for table in tables:
                for statement in ON_TABLES:
                    refused(connection, statement.format(table=table, role=role))
            for schema in schemas:
                for statement in IN_SCHEMAS:
                    refused(connection, statement.format(schema=schema, role=role))


def test_row_level_security_cannot_be_switched_off_and_a_forgotten_tenant_sees_nothing(database):
    kind, server = database
    with connect(server.dsn("postgres"), application="test") as admin:
        if kind == "warehouse":
            admin.execute(EVERY_TENANTS)
        readable = {(row[0], row[1]) for row in admin.execute(GRANTS) if row[2] == "SELECT" and row[4]}
    for role in CONFINED[kind]:
        for table in sorted(table for table, reader in readable if reader == role):
            with connect(server.dsn(role), application="test") as connection:
                assert connection.execute(f"select count(*) from {table}").fetchone() == (0,)
                with connection.transaction():
                    connection.execute("select set_config('app.tenant_id', 'one', true)")
                # A connection that has served a tenant says '' from then on, and not null.
                assert connection.execute("select current_setting('app.tenant_id', true)").fetchone() == ("",)
                assert connection.execute(f"select count(*) from {table}").fetchone() == (0,), (table, role)
                connection.execute("set row_security = off")
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"select count(*) from {table}")
