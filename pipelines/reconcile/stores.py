"""What the databases and the lake hold. Read only, as `audit`."""

from dataclasses import dataclass

from psycopg import Connection

from kit.postgres import connect
from kit.settings import Settings
from ledger.trial_balance import Differences, differences
from pipelines.lake import decisions as lake_decisions

STATEMENT_TIMEOUT_MS = 600_000


@dataclass(frozen=True, slots=True)
class CoreSets:
    """The core's side: ids as text."""

    final_transfers: list[str]
    held_transfers: list[str]
    running_claims: list[str]
    outbox_ids: list[int]
    alert_members: list[str]


@dataclass(frozen=True, slots=True)
class WarehouseSets:
    """The warehouse's side."""

    decisions: list[str]
    outcomes: list[str]
    events: list[str]


def read_core(settings: Settings) -> CoreSets:
    """Read the ledger, the outbox and the alerts in one snapshot."""
    with _connection(settings.core.dsn("audit")) as core, core.transaction():
        core.execute("set transaction isolation level repeatable read read only")
        return CoreSets(
            final_transfers=_texts(
                core, "select id::text from ledger.transfer where purpose = 'transfer' and status <> 'held'"
            ),
            held_transfers=_texts(core, "select id::text from ledger.transfer where purpose = 'transfer' and status = 'held'"),
            running_claims=_texts(core, "select transfer_id::text from idempotency.claim where state = 'running'"),
            outbox_ids=[row[0] for row in core.execute("select id from outbox.event")],
            alert_members=_texts(core, "select transaction_id::text from cases.alert_member"),
        )


def read_books(settings: Settings) -> Differences:
    """Recount the ledger from its entries."""
    with _connection(settings.core.dsn("audit")) as core:
        return differences(core)


def read_warehouse(settings: Settings) -> WarehouseSets:
    """Read raw.*."""
    with _connection(settings.warehouse.dsn("audit")) as warehouse:
        return WarehouseSets(
            decisions=_texts(warehouse, "select transaction_id::text from raw.decisions"),
            outcomes=_texts(warehouse, "select transaction_id::text from raw.outcomes"),
            events=_texts(warehouse, "select event_id::text from raw.ledger_events"),
        )


def read_lake(settings: Settings) -> list[str]:
    """Return the transaction ids of the lake's decisions. Raises LakeGap when files overlap."""
    frame = lake_decisions(settings.lake, columns=["transaction_id"])
    return frame["transaction_id"].to_list() if len(frame) else []


def _texts(connection: Connection, query: str) -> list[str]:
    return [row[0] for row in connection.execute(query)]  # type: ignore[call-overload]


def _connection(dsn: str) -> Connection:
    return connect(dsn, application="reconcile", statement_timeout_ms=STATEMENT_TIMEOUT_MS)
