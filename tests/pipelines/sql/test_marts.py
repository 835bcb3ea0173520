"""Marts through SQL are the warehouse's, value by value, and one bank's alone where that is asked."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest

from kit.settings import PostgresServer, Settings
from pipelines.sql import NotRead, Session

pytestmark = pytest.mark.servers

# What dbt makes of a mart: the policies of dbt/macros/protect_by_tenant.sql.
MART = """
create schema if not exists marts;
grant usage on schema marts to analytics, audit;
create table marts.everything (
  tenant_id text, id uuid, day date, at timestamptz, amount_minor bigint, share double precision, rate numeric(12, 6),
  small integer, flag boolean, words text[], numbers integer[], told jsonb, note text
);
alter table marts.everything enable row level security, force row level security;
create policy built_by_transform on marts.everything to transform using (true) with check (true);
create policy read_whole on marts.everything for select to audit using (true);
create policy own_tenant on marts.everything for select to analytics
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')));
grant select on marts.everything to analytics, audit;
create table marts.not_for_us (tenant_id text);
"""
ROWS = [
    ("demo", UUID(int=1), date(2026, 3, 1), datetime(2026, 3, 1, 2, 30, 0, 123456, tzinfo=UTC), 2**62, 0.1, Decimal("1.250000"),
     7, True, ["a", 'b "c", {d}', ""], [1, 2], {"k": ["v", None]}, 'line\nbreak, "quoted"; ü'),
    ("demo", UUID(int=2), None, None, None, None, None, None, None, None, [], None, ""),
    ("other", UUID(int=3), None, None, -1, None, None, None, False, [], None, None, None),
]  # fmt: skip


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory) -> Settings:
    with psycopg.connect(warehouse.dsn("transform")) as owner:
        owner.execute(MART)
        with owner.cursor() as cursor:
            cursor.executemany(
                f"insert into marts.everything values ({', '.join(['%s'] * 13)})",
                [(*row[:11], psycopg.types.json.Jsonb(row[11]) if row[11] else None, row[12]) for row in ROWS],
            )
    return Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)


def found(session: Session, query: str) -> list[dict]:
    return session.ask(query).table().to_pylist()


def test_every_value_comes_over_as_it_is(settings):
    with Session(settings) as session:
        rows = found(session, "select * from marts.everything order by id")
    first, second, third = rows
    assert json.loads(first.pop("told")) == {"k": ["v", None]}
    assert str(first.pop("id")) == str(ROWS[0][1])
    assert list(first.values()) == [value for place, value in enumerate(ROWS[0]) if place not in (1, 11)]
    assert [name for name, value in second.items() if value is not None] == ["tenant_id", "id", "numbers", "note"]
    assert (second["note"], second["numbers"]) == ("", [])
    assert (third["note"], third["words"], third["flag"], third["amount_minor"]) == (None, [], False, -1)


def test_with_a_tenant_the_warehouse_gives_nothing_of_another(settings):
    with Session(settings, tenant_id="demo") as session:
        assert found(session, "select count(*) as n from everything") == [{"n": 2}]
    with Session(settings, tenant_id="nobody") as session:
        assert found(session, "select count(*) as n from marts.everything") == [{"n": 0}]


def test_a_mart_is_copied_once_and_only_when_it_is_asked_for(settings):
    told = []
    with Session(settings, progress=told.append) as session:
        found(session, "select 1")
        assert told == []
        found(session, "select count(*) from marts.everything")
        found(session, "select sum(e.amount_minor) from marts.everything e join marts.everything f using (id)")
    assert [line.split(" in ")[0] for line in told] == ["marts.everything: 3 rows from the warehouse"]


def test_what_the_role_may_not_read_is_not_there(settings):
    with Session(settings) as session:
        assert [name for name in session.tables() if name.startswith("marts.")] == ["marts.everything"]
        with pytest.raises(NotRead, match="not_for_us"):
            session.ask("select * from marts.not_for_us")
