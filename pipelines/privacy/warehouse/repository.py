"""The SQL of the warehouse's side: as `eraser` under a tenant, and for the marts as `transform`, who owns them."""

from collections.abc import Sequence
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composable, Identifier, Literal

from governance.erasures.identifiers import Identifiers

Row = dict[str, Any]
AT_ONCE = 1_000
# Each schema that is not the marts': those of the server, and those of the other stores.
_OTHER_SCHEMAS = ("pg_catalog", "information_schema", "raw", "read_model", "monitoring", "public")


class Table(NamedTuple):
    """A table with a tenant, and its columns in which an id or a document with ids stands."""

    schema: str
    name: str
    ids: tuple[str, ...]
    documents: tuple[str, ...] = ()


RAW = (
    Table("raw", "decisions", ("customer_id", "account_id", "card_id", "device_id", "payee_id", "merchant_id")),
    Table("raw", "alerts", ("subject_id",), ("stand_outs",)),
    Table("raw", "controls", (), ("body",)),
)
PAYEES = (Table("read_model", "movement", ("counterparty_id",)),)
"""Histories say who was paid beyond the bank, as raw decisions do."""
_MOVEMENTS = """
from read_model.movement m
where m.tenant_id = %(tenant)s and (
    (m.account_id = any(%(accounts)s) and (m.description is not null or m.note is not null))
    or (m.counterparty_owner = any(%(who)s) and m.counterparty_name is not null)
    or m.counterparty_owner = any(%(gone)s)
    or exists (
        select from unnest(%(needles)s::text[]) n
        where position(lower(n) in lower(coalesce(m.description, '') || ' ' || coalesce(m.note, ''))) > 0
    )
)
"""
_FIND_MOVEMENTS = (
    "select m.ctid::text as place, m.account_id, m.counterparty_owner, m.counterparty_name, m.description, m.note "
    + _MOVEMENTS
    + "limit %(limit)s for update"
)
_REWRITE_MOVEMENT = """
update read_model.movement
set counterparty_owner = %(counterparty_owner)s, counterparty_name = %(counterparty_name)s, description = %(description)s,
    note = %(note)s, words = to_tsvector('portuguese', %(searched)s)
where ctid = %(place)s::tid
"""
_MARTS = """
select n.nspname, c.relname, array_agg(a.attname::text order by a.attnum)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> all(%s)
    and a.atttypid in ('text'::regtype, 'varchar'::regtype) and a.attname <> 'tenant_id'
    and exists (
        select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped
    )
group by 1, 2 order by 1, 2
"""


def count_movements(connection: Connection, *, tenant_id: str, who: Identifiers) -> int:
    """Return how many movements tell: the person's own texts, their name and id on others' movements, others' texts."""
    row = connection.execute("select count(*) " + _MOVEMENTS, _values(tenant_id, who)).fetchone()
    return int(row[0]) if row else 0


def find_movements(connection: Connection, *, tenant_id: str, who: Identifiers) -> list[Row]:
    """Return some of them, locked."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_FIND_MOVEMENTS, _values(tenant_id, who) | {"limit": AT_ONCE}).fetchall()


def rewrite_movement(connection: Connection, row: Row) -> None:
    """Write one that was found in this transaction; `searched` is its text as it is searched, None where there is none."""
    connection.execute(_REWRITE_MOVEMENT, row)


def mart_tables(connection: Connection) -> list[Table]:
    """Return the tables that dbt made, with their text columns."""
    rows = connection.execute(_MARTS, (list(_OTHER_SCHEMAS),))
    return [Table(schema, name, tuple(columns)) for schema, name, columns in rows]


def count_ids(connection: Connection, table: Table, *, tenant_id: str, ids: Sequence[str]) -> int:
    """Return how many rows have one of `ids` in the table's columns, or within its documents."""
    query = SQL("select count(*) from {table} where tenant_id = %(tenant)s and ({found})").format(
        table=Identifier(table.schema, table.name), found=_found(table)
    )
    row = connection.execute(query, _ids(tenant_id, ids)).fetchone()
    return int(row[0]) if row else 0


def replace_ids(connection: Connection, table: Table, *, tenant_id: str, ids: Sequence[str], replacement: str) -> None:
    """Put the replacement where one of `ids` stands; within documents where it is a whole text."""
    changes = [
        SQL("{c} = case when {c} = any(%(ids)s) then %(replacement)s else {c} end").format(c=Identifier(name))
        for name in table.ids
    ]
    for name in table.documents:
        text: Composable = SQL("{}::text").format(Identifier(name))
        for value in ids:
            text = SQL("replace({}, {}, {})").format(text, Literal(f'"{value}"'), Literal(f'"{replacement}"'))
        changes.append(SQL("{} = ({})::jsonb").format(Identifier(name), text))
    query = SQL("update {table} set {changes} where tenant_id = %(tenant)s and ({found})").format(
        table=Identifier(table.schema, table.name), changes=SQL(", ").join(changes), found=_found(table)
    )
    connection.execute(query, _ids(tenant_id, ids) | {"replacement": replacement})


def _found(table: Table) -> Composable:
    parts = [SQL("{} = any(%(ids)s)").format(Identifier(name)) for name in table.ids]
    within: LiteralString = "exists (select from unnest(%(quoted)s::text[]) q where position(q in {}::text) > 0)"
    parts += [SQL(within).format(Identifier(name)) for name in table.documents]
    return SQL(" or ").join(parts)


def _ids(tenant_id: str, ids: Sequence[str]) -> Row:
    return {"tenant": tenant_id, "ids": list(ids), "quoted": [f'"{value}"' for value in ids]}


def _values(tenant_id: str, who: Identifiers) -> Row:
    accounts: list[UUID] = list(who.accounts)
    gone = [who.customer_id] if who.renamed else []
    return {"tenant": tenant_id, "who": who.customer_ids, "accounts": accounts, "gone": gone, "needles": who.needles}
