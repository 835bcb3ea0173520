"""The counts that the first start waits for and reports. Read only; core as `audit`, warehouse as `audit`."""

from typing import Any, LiteralString

from psycopg import Connection, sql


def decided_transfers(core: Connection, *, tenant_id: str) -> int:
    """How many of the tenant's transfers needed a decision."""
    return _one(core, "select count(*) from ledger.transfer where tenant_id = %s and purpose = 'transfer'", tenant_id)


def held_transfers(core: Connection, *, tenant_id: str) -> int:
    """How many of them wait for somebody."""
    return _one(
        core,
        "select count(*) from ledger.transfer where tenant_id = %s and purpose = 'transfer' and status = 'held'",
        tenant_id,
    )


def decisions(warehouse: Connection, *, tenant_id: str) -> int:
    """How many decisions the warehouse has."""
    return _one(warehouse, "select count(*) from raw.decisions where tenant_id = %s", tenant_id)


def outcomes(warehouse: Connection, *, tenant_id: str) -> int:
    """How many outcomes the warehouse has."""
    return _one(warehouse, "select count(*) from raw.outcomes where tenant_id = %s", tenant_id)


def sink_offset(warehouse: Connection, *, topic: str) -> int:
    """The next offset that the warehouse sink will read, over the topic's partitions."""
    return _one(warehouse, "select coalesce(sum(next_offset), 0) from raw.sink_offset where topic = %s", topic)


def model_uses(warehouse: Connection, *, export_sha256: str) -> int:
    """How many records of the log tell the scorer to decide with this export (at most one is needed)."""
    return min(
        1,
        _one(
            warehouse, "select count(*) from raw.controls where kind = 'model' and body ->> 'export_sha256' = %s", export_sha256
        ),
    )


def scored(warehouse: Connection, *, tenant_id: str) -> list[tuple[Any, ...]]:
    """(transaction_id, verdict, amount_minor, duration_us) of each decision that the scorer itself made."""
    return warehouse.execute(
        "select transaction_id::text, verdict, amount_minor, duration_us from raw.decisions "
        "where tenant_id = %s and source in ('scorer', 'bootstrap')",
        (tenant_id,),
    ).fetchall()


def books(core: Connection, *, tenant_id: str) -> list[tuple[str, int, int, int]]:
    """(currency, entries, sum of all entries, money moved in minor units), a row a currency."""
    return core.execute(
        "select a.currency, count(*), coalesce(sum(e.delta_minor), 0)::bigint, "
        "coalesce(sum(e.delta_minor) filter (where e.delta_minor > 0), 0)::bigint "
        "from ledger.entry e join ledger.account a on a.id = e.account_id where e.tenant_id = %s group by 1 order by 1",
        (tenant_id,),
    ).fetchall()


def mart_rows(warehouse: Connection) -> list[tuple[str, int]]:
    """(mart, rows), counted."""
    names = warehouse.execute(
        "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
    ).fetchall()
    count = sql.SQL("select count(*) from marts.{}")
    return [(name, _one(warehouse, count.format(sql.Identifier(name)))) for (name,) in names]


def _one(connection: Connection, query: LiteralString | sql.Composed, *parameters: object) -> int:
    row = connection.execute(query, parameters).fetchone()
    if row is None:
        raise LookupError(query)
    return int(row[0])
