"""The SQL of the warehouse sink: staging by COPY, one insert a table, and the offsets of both in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

import psycopg

from contracts.locks import WarehouseLock
from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS, LABELS

TopicPartition = tuple[str, int]
MAX_NAMED = 100


class Fenced(RuntimeError):
    """Another instance has moved the offsets since this one read them."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A row whose key the table has already with another content: the first one stands."""

    table: str
    key: str
    offset: int
    first_offset: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a write met: rows that were there already, and up to `MAX_NAMED` of each table that contradict those."""

    already_there: int
    contradictions: list[Contradiction]


@dataclass(frozen=True, slots=True)
class _Table:
    """A raw table: its columns in COPY order, those that arrive as epoch milliseconds, and its key."""

    columns: tuple[LiteralString, ...]
    times: frozenset[str]
    name: LiteralString
    key: tuple[LiteralString, ...]

    @property
    def staging(self) -> LiteralString:
        return "batch_" + self.name

    def create(self) -> LiteralString:
        changes = ", ".join("alter column " + name + " type bigint using 0" for name in self.columns if name in self.times)
        retyped: LiteralString = "; alter table " + self.staging + " " + changes if changes else ""
        columns = ", ".join(self.columns)
        return (
            "create temporary table " + self.staging + " on commit delete rows as select " + columns
            + " from raw." + self.name + " with no data" + retyped
        )  # fmt: skip

    def copy(self) -> LiteralString:
        return "copy " + self.staging + " (" + ", ".join(self.columns) + ") from stdin"

    def insert(self) -> LiteralString:
        columns, values = ", ".join(self.columns), ", ".join(self._value(name) for name in self.columns)
        return (
            "insert into raw." + self.name + " (" + columns + ") select " + values + " from " + self.staging + " s"
            + " on conflict do nothing"
        )  # fmt: skip

    def contradictions(self) -> LiteralString:
        """Staged rows that say something else than the row of their key, found once they were inserted where none was.

        The same message read again is the same row; another message may repeat the content, at another place of its topic.
        """
        content = [name for name in self.columns if name not in _PLACE]
        staged, kept = ", ".join(self._value(name) for name in content), ", ".join("r." + name for name in content)
        same_key = " and ".join("r." + name + " = " + self._value(name) for name in self.key)
        key = " || ' ' || ".join("s." + name + "::text" for name in self.key)
        return (
            "select " + key + ", s.log_offset, r.log_offset from " + self.staging + " s join raw." + self.name + " r on "
            + same_key + " where s.log_offset <> r.log_offset and (" + staged + ") is distinct from (" + kept + ")"
            + " order by 2 limit %s"
        )  # fmt: skip

    def _value(self, name: LiteralString) -> LiteralString:
        return "timestamptz 'epoch' + s." + name + " * interval '1 millisecond'" if name in self.times else "s." + name


# Where a record stands in its log, and what was measured beside it: not what it says.
_PLACE = frozenset({"epoch", "n", "log_offset", "duration_us"})
_ANSWER: tuple[LiteralString, ...] = (
    "verdict", "source", "probability", "anomaly", "rules", "shadow_rules", "reasons", "model", "policy", "feature_set",
    "truncated", "late", "control_group", "scored_at", "challenger",
    "challenger_probability", "challenger_verdict",
)  # fmt: skip

# In the order in which they are written: an override finds its decision.
_TABLES: tuple[_Table, ...] = (
    _Table(
        name="decisions",
        key=("tenant_id", "transaction_id"),
        columns=(
            "tenant_id", "transaction_id", "epoch", "n", "door", "adopted", "event_time", "known_at", "channel", "direction",
            "amount_minor", "currency", "customer_id", "account_id", "card_id", "device_id", "ip", "payee_id", "merchant_id",
            "mcc", "country", "entry_mode", *_ANSWER, "duration_us", "log_offset",
        ),
        times=frozenset({"event_time", "known_at", "scored_at"}),
    ),
    _Table(
        name="outcomes",
        key=("tenant_id", "transaction_id", "event_id"),
        columns=("tenant_id", "transaction_id", "event_id", "outcome", "occurred_at", "epoch", "n", "log_offset"),
        times=frozenset({"occurred_at"}),
    ),
    _Table(
        name="overrides",
        key=("tenant_id", "transaction_id", "n"),
        columns=("tenant_id", "transaction_id", "epoch", "n", *_ANSWER, "log_offset"),
        times=frozenset({"scored_at"}),
    ),
    _Table(
        name="controls",
        key=("epoch", "n"),
        columns=("tenant_id", "control_id", "kind", "known_at", "body", "epoch", "n", "log_offset"),
        times=frozenset({"known_at"}),
    ),
    _Table(
        name="ledger_events",
        key=("tenant_id", "event_id"),
        columns=(
            "tenant_id", "event_id", "transfer_id", "status", "purpose", "occurred_at", "amount_minor", "currency",
            "debit_account_id", "credit_account_id", "door", "reason", "log_offset",
        ),
        times=frozenset({"occurred_at"}),
    ),
    _Table(
        name="labels",
        key=("tenant_id", "label_id"),
        columns=("tenant_id", "transaction_id", "label_id", "fraud", "kind", "known_at", "source", "log_offset"),
        times=frozenset({"known_at"}),
    ),
    _Table(
        name="alerts",
        key=("tenant_id", "event_id"),
        columns=(
            "tenant_id", "event_id", "alert_id", "status", "change", "subject_kind", "subject_id", "transaction_id", "verdict",
            "amount_minor", "currency", "first_event_time", "last_event_time", "occurred_at", "decisions",
            "total_amount_minor", "probability", "reasons", "stand_outs", "log_offset",
        ),
        times=frozenset({"first_event_time", "last_event_time", "occurred_at"}),
    ),
)  # fmt: skip

# The topic that each table's rows come from.
TOPIC_OF: Mapping[str, str] = {
    "decisions": DECISIONS, "outcomes": DECISIONS, "overrides": DECISIONS, "controls": DECISIONS,
    "ledger_events": BANKING_TRANSACTIONS, "labels": LABELS, "alerts": ALERTS,
}  # fmt: skip

_APPLY_OVERRIDES = """
    with newest as (
      select distinct on (tenant_id, transaction_id) * from batch_overrides order by tenant_id, transaction_id, n desc
    )
    update raw.decisions d
       set verdict = o.verdict, source = o.source, probability = o.probability, anomaly = o.anomaly, rules = o.rules,
           shadow_rules = o.shadow_rules, reasons = o.reasons, model = o.model, policy = o.policy,
           feature_set = o.feature_set, truncated = o.truncated,
           late = o.late, control_group = o.control_group, challenger = o.challenger,
           challenger_probability = o.challenger_probability, challenger_verdict = o.challenger_verdict,
           scored_at = timestamptz 'epoch' + o.scored_at * interval '1 millisecond'
      from newest o
     where d.tenant_id = o.tenant_id and d.transaction_id = o.transaction_id
"""
_MOVE_OFFSET = """
    insert into raw.sink_offset as s (topic, partition, next_offset) values (%(topic)s, %(partition)s, %(next)s)
    on conflict (topic, partition) do update set next_offset = excluded.next_offset, updated_at = now()
     where s.next_offset = %(expected)s
"""


def take_lock(connection: psycopg.Connection) -> bool:
    """Become the one sink, for as long as this connection lives; False while another is. Whoever lost it cannot commit."""
    taken = connection.execute("select pg_try_advisory_lock(%s)", (int(WarehouseLock.SINK),)).fetchone()
    return bool(taken and taken[0])


def prepare(connection: psycopg.Connection) -> None:
    """Make this session's staging tables.

    Commits do not wait for the disk: rows and offsets are lost together or not at all, and what was lost is read again.
    """
    connection.execute("set synchronous_commit = off")
    for table in _TABLES:
        connection.execute(table.create())


def offsets(connection: psycopg.Connection) -> dict[TopicPartition, int]:
    """Return where to go on reading; a partition that was never read is absent."""
    rows = connection.execute("select topic, partition, next_offset from raw.sink_offset").fetchall()
    return {(topic, partition): next_offset for topic, partition, next_offset in rows}


def write(
    connection: psycopg.Connection,
    rows: Mapping[str, list[str]],
    *,
    moves: Mapping[TopicPartition, tuple[int, int]],
) -> Written:
    """Write COPY lines by table and move each partition's offset from `moves[...][0]` to `[1]`; all or nothing.

    Raises Fenced, or psycopg.DataError for a row that PostgreSQL refuses.
    """
    already_there = 0
    contradictions: list[Contradiction] = []
    with connection.transaction(), connection.cursor() as cursor:
        for table in _TABLES:
            lines = rows.get(table.name)
            if not lines:
                continue
            with cursor.copy(table.copy()) as copy:
                copy.write("".join(lines))
            cursor.execute(table.insert())
            if repeated := len(lines) - cursor.rowcount:
                already_there += repeated
                found = cursor.execute(table.contradictions(), (MAX_NAMED,)).fetchall()
                contradictions += [Contradiction(table.name, *row) for row in found]
            if table.name == "overrides":
                cursor.execute(_APPLY_OVERRIDES)
        for (topic, partition), (expected, following) in moves.items():
            cursor.execute(_MOVE_OFFSET, {"topic": topic, "partition": partition, "next": following, "expected": expected})
            if cursor.rowcount != 1:
                raise Fenced(f"{topic}[{partition}] was not at {expected}")
    return Written(already_there, contradictions)
