"""What the databases and the lake hold, as frames with the columns of the topics' records. Read only, as `audit`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import polars as pl
from psycopg import Connection, OperationalError
from psycopg.errors import InsufficientPrivilege, InvalidSchemaName, UndefinedTable
from psycopg.pq import ExecStatus

from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS, LABELS, SANDBOX_TRANSACTIONS
from kit.postgres import connect
from kit.settings import Settings
from ledger.trial_balance import Differences, differences
from pipelines.lake import offset_ranges, scan_parts
from pipelines.reconcile import records
from pipelines.reconcile.topic_frames import Cut

STATEMENT_TIMEOUT_MS = 600_000
_KEY: dict[str, Any] = {"tenant_id": pl.String, "id": pl.String}
_MONEY: dict[str, Any] = {"amount_minor": pl.Int64}

# Nothing of a sandbox is on the topics, in the log, in the warehouse or in the lake: it is left out on this side too.
# A hold's end says what its event says; `moved_minor` is the event's amount, less than asked where a part was posted.
_TRANSFERS: LiteralString = """
select tenant_id, id,
    case status when 'voided' then 'denied' when 'expired' then 'abandoned' else status end,
    purpose, amount_minor, coalesce(nullif(posted_minor, 0), amount_minor), currency,
    case when answer is not null then convert_from(answer, 'UTF8')::json ->> 'verdict' end
from ledger.transfer
where tenant_id not in (select tenant_id from bank.sandbox_clock)
"""
_CLAIMS: LiteralString = (
    "select tenant_id, transfer_id from idempotency.claim "
    "where state = 'running' and tenant_id not in (select tenant_id from bank.sandbox_clock)"
)
_OUTBOX: LiteralString = "select id from outbox.event where topic <> '" + SANDBOX_TRANSACTIONS + "'"
_MEMBERS: LiteralString = "select tenant_id, transaction_id, amount_minor, verdict from cases.alert_member"
_MISCOUNTED: LiteralString = """
select a.tenant_id, a.alert_id from cases.alert a
left join (
    select tenant_id, alert_id, count(*) as decisions, sum(amount_minor) as total from cases.alert_member group by 1, 2
) m using (tenant_id, alert_id)
where a.kind = 'decision' and (a.decisions, a.total_amount_minor) is distinct from (m.decisions, m.total)
"""
_OFFSETS: LiteralString = "select topic, partition, next_offset from raw.sink_offset"
_WAREHOUSE: dict[str, tuple[LiteralString, dict[str, Any]]] = {
    records.DECISIONS: (
        "select tenant_id, transaction_id, n, amount_minor, verdict, log_offset from raw.decisions",
        _KEY | {"n": pl.Int64} | _MONEY | {"verdict": pl.String},
    ),
    records.OUTCOMES: (
        "select tenant_id, transaction_id, event_id, outcome, n, log_offset from raw.outcomes",
        _KEY | {"event_id": pl.String, "outcome": pl.String, "n": pl.Int64},
    ),
    records.OVERRIDES: (
        "select tenant_id, transaction_id, n, verdict, log_offset from raw.overrides",
        _KEY | {"n": pl.Int64, "verdict": pl.String},
    ),
    records.CONTROLS: (
        "select coalesce(tenant_id, ''), control_id, n, kind, log_offset from raw.controls",
        _KEY | {"n": pl.Int64, "kind": pl.String},
    ),
    records.LEDGER_EVENTS: (
        "select tenant_id, event_id, transfer_id, status, purpose, amount_minor, log_offset from raw.ledger_events",
        _KEY | {"transfer_id": pl.String, "status": pl.String, "purpose": pl.String} | _MONEY,
    ),
    records.LABELS: (
        "select tenant_id, label_id, transaction_id, fraud::text, kind, log_offset from raw.labels",
        _KEY | {"transaction_id": pl.String, "fraud": pl.Boolean, "kind": pl.String},
    ),
    records.ALERTS: (
        "select tenant_id, event_id, transaction_id, change, verdict, amount_minor, log_offset from raw.alerts",
        _KEY | {"transaction_id": pl.String, "change": pl.String, "verdict": pl.String} | _MONEY,
    ),
}
# Up to which record each mart was built; the rows that it holds by then. Balances and counts of a day are within 63 bits.
_BOOKED_UNTIL: LiteralString = "select max(ledger_offset) from marts.general_ledger_daily"
_BOOKED: LiteralString = """
select tenant_id, day, currency, sum(entries)::bigint, sum(debits_minor)::bigint, sum(credits_minor)::bigint
from marts.general_ledger_daily group by tenant_id, day, currency
"""
_DECIDED_UNTIL: LiteralString = "select max(log_offset) from marts.fct_transactions"
_ATTEMPTED: LiteralString = """
select tenant_id, sum(attempts)::bigint, sum(asked_minor)::bigint from marts.payments_hourly group by tenant_id
"""
# Column in the lake -> ours; a record of the log is a decision, an outcome, an override or a control.
_LAKE: dict[str, tuple[str, str | None, dict[str, str]]] = {
    records.DECISIONS: (
        DECISIONS,
        "decision",
        {"transaction_id": "id", "n": "n", "amount_minor": "amount_minor", "verdict": "verdict"},
    ),
    records.OUTCOMES: (DECISIONS, "outcome", {"transaction_id": "id", "n": "n", "event_id": "event_id", "outcome": "outcome"}),
    records.OVERRIDES: (DECISIONS, "override", {"transaction_id": "id", "n": "n", "verdict": "verdict"}),
    records.CONTROLS: (DECISIONS, "control", {"n": "n"}),
    records.LEDGER_EVENTS: (
        BANKING_TRANSACTIONS,
        None,
        {name: name for name in ("transfer_id", "status", "purpose", "amount_minor")} | {"event_id": "id"},
    ),
    records.LABELS: (LABELS, None, {"label_id": "id", "transaction_id": "transaction_id", "fraud": "fraud", "kind": "kind"}),
    records.ALERTS: (
        ALERTS,
        None,
        {name: name for name in ("transaction_id", "change", "verdict", "amount_minor")} | {"event_id": "id"},
    ),
}


@dataclass(frozen=True, slots=True)
class Core:
    """The core's side, of one moment. `transfers`: one row a transfer, with the status that its newest event has."""

    transfers: pl.DataFrame
    running_claims: pl.DataFrame
    alert_members: pl.DataFrame
    miscounted_alerts: pl.DataFrame


class Warehouse:
    """The warehouse's side, of one moment: its rows are those of the records before `cut`. A context: close it."""

    def __init__(self, settings: Settings) -> None:
        self._connection = _connection(settings.warehouse.dsn("audit"), autocommit=False)
        self._connection.execute("set transaction isolation level repeatable read read only")
        # Between two tables they are compared, which may take longer than a service may idle.
        self._connection.execute(
            "select set_config('idle_in_transaction_session_timeout', %s, true)", (str(STATEMENT_TIMEOUT_MS),)
        )
        self.cut: Cut = {(topic, part): offset for topic, part, offset in self._connection.execute(_OFFSETS)}

    def __enter__(self) -> "Warehouse":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def rows(self, kind: str) -> pl.DataFrame:
        """Return a raw table, in the order of its topic."""
        query, schema = _WAREHOUSE[kind]
        return _frame(self._connection, query, schema | {"offset": pl.Int64}).sort("offset")


@dataclass(frozen=True, slots=True)
class Marts:
    """What the marts come to, and the last offset of each topic that is in them; -1 where there is nothing yet."""

    ledger_offset: int
    booked: pl.DataFrame
    decisions_offset: int
    attempted: pl.DataFrame


class Lake:
    """The lake's side: the files that its manifests name; their records are those before `cut`."""

    def __init__(self, folder: Path) -> None:
        """Raises LakeGap when files overlap."""
        topics = {topic for topic, _, _ in _LAKE.values()}
        self._files = {topic: offset_ranges(folder, topic) for topic in topics}
        self.cut: Cut = {
            (topic, file.partition): file.last_offset + 1 for topic, files in self._files.items() for file in files
        }

    def rows(self, kind: str) -> pl.DataFrame:
        """Return one kind of a topic's records, each with its place."""
        topic, record, columns = _LAKE[kind]
        schema = {name: records.SCHEMAS[kind][name] for name in ("partition", "offset", "tenant_id", *columns.values())}
        parts = []
        for partition in {file.partition for file in self._files[topic]}:
            scan = scan_parts([file for file in self._files[topic] if file.partition == partition])
            scan = scan if record is None else scan.filter(pl.col("record") == record)
            named = [pl.col(theirs).alias(ours) for theirs, ours in columns.items()]
            parts.append(
                scan.select(
                    pl.lit(partition, dtype=pl.Int32).alias("partition"),
                    "offset",
                    pl.col("tenant_id").fill_null(records.NO_TENANT),
                    *named,
                ).collect()
            )
        return pl.concat(parts).sort("partition", "offset") if parts else pl.DataFrame(schema=schema)


def read_marts(settings: Settings) -> Marts | None:
    """Read the marts in one snapshot; None where dbt has not built them yet."""
    try:
        with _connection(settings.warehouse.dsn("audit")) as warehouse, warehouse.transaction():
            warehouse.execute("set transaction isolation level repeatable read read only")
            return Marts(
                ledger_offset=_last(warehouse, _BOOKED_UNTIL),
                booked=_frame(
                    warehouse,
                    _BOOKED,
                    {"tenant_id": pl.String, "day": pl.String, "currency": pl.String, "entries": pl.Int64}
                    | {"debits_minor": pl.Int64, "credits_minor": pl.Int64},
                ),
                decisions_offset=_last(warehouse, _DECIDED_UNTIL),
                attempted=_frame(
                    warehouse, _ATTEMPTED, {"tenant_id": pl.String, "attempts": pl.Int64, "asked_minor": pl.Int64}
                ),
            )
    except (UndefinedTable, InvalidSchemaName, InsufficientPrivilege):
        return None


def _last(warehouse: Connection, query: LiteralString) -> int:
    [[offset]] = warehouse.execute(query).fetchall()
    return -1 if offset is None else int(offset)


def read_core(settings: Settings) -> Core:
    """Read the ledger and the alerts in one snapshot."""
    with _connection(settings.core.dsn("audit")) as core, core.transaction():
        core.execute("set transaction isolation level repeatable read read only")
        return Core(
            transfers=_frame(
                core,
                _TRANSFERS,
                _KEY
                | {"status": pl.String, "purpose": pl.String, "amount_minor": pl.Int64, "moved_minor": pl.Int64}
                | {"currency": pl.String, "verdict": pl.String},
            ),
            running_claims=_frame(core, _CLAIMS, _KEY),
            alert_members=_frame(core, _MEMBERS, _KEY | _MONEY | {"verdict": pl.String}),
            miscounted_alerts=_frame(core, _MISCOUNTED, _KEY),
        )


def read_outbox(settings: Settings) -> pl.DataFrame:
    """Return the ids of the outbox's rows."""
    with _connection(settings.core.dsn("audit")) as core:
        return _frame(core, _OUTBOX, {"outbox_id": pl.Int64})


def read_books(settings: Settings) -> Differences:
    """Recount the ledger from its entries."""
    with _connection(settings.core.dsn("audit")) as core:
        return differences(core)


def _frame(connection: Connection, query: LiteralString, schema: dict[str, Any]) -> pl.DataFrame:
    """Read a query by COPY, with the driver's own calls: a million rows without a Python object for each value."""
    wire = connection.pgconn
    rows = []
    if wire.exec_(b"copy (" + query.encode() + b") to stdout (format csv)").status == ExecStatus.COPY_OUT:
        size = 1
        while size > 0:
            size, row = wire.get_copy_data(0)
            rows.append(bytes(row))
    ended = [result.status for result in iter(wire.get_result, None)]
    if ended != [ExecStatus.COMMAND_OK]:
        raise OperationalError(wire.get_error_message())
    text = b"".join(rows)
    return pl.read_csv(text, has_header=False, schema=schema) if text else pl.DataFrame(schema=schema)


def _connection(dsn: str, *, autocommit: bool = True) -> Connection:
    return connect(dsn, application="reconcile", autocommit=autocommit, statement_timeout_ms=STATEMENT_TIMEOUT_MS)
