"""The SQL of the graph network: payments between customers' accounts, accounts that were used, scores and reasons."""

from collections.abc import Mapping
from datetime import datetime

import polars as pl
from psycopg import Connection

from contracts.labels import FraudKind
from contracts.ledger_events import LedgerStatus, Purpose
from pipelines.graph_network.found import Reason

# Amounts of different currencies are not to be added up.
CURRENCY = "BRL"
# Money that somebody took went to the payee; who passes it on, or never meant to pay, is the payer.
_OF_PAYEE = (
    FraudKind.ACCOUNT_TAKEOVER, FraudKind.SOCIAL_PRESSURE, FraudKind.MULE_FAN_IN, FraudKind.STRUCTURING, FraudKind.UNSPECIFIED,
)  # fmt: skip
_OF_PAYER = (FraudKind.MULE_FAN_OUT, FraudKind.FIRST_PARTY_ABUSE)
_KINDS = ", ".join(f"'{kind.value}'" for kind in _OF_PAYEE)
_PAYER_KINDS = ", ".join(f"'{kind.value}'" for kind in _OF_PAYER)

_TENANTS = "select distinct tenant_id from raw.accounts order by tenant_id"
# Of too many payments the newest are kept.
_PAYMENTS = f"""
select event.debit_account_id::text as payer, event.credit_account_id::text as payee, event.amount_minor as amount_cents,
  (extract(epoch from event.occurred_at) * 1000)::bigint as at_ms
from raw.ledger_events event
join raw.accounts payer on payer.tenant_id = event.tenant_id and payer.account_id = event.debit_account_id
  and payer.kind = 'customer'
join raw.accounts payee on payee.tenant_id = event.tenant_id and payee.account_id = event.credit_account_id
  and payee.kind = 'customer'
where event.tenant_id = %(tenant_id)s and event.status = '{LedgerStatus.POSTED}' and event.purpose = '{Purpose.TRANSFER}'
  and event.currency = '{CURRENCY}' and event.occurred_at >= %(start)s and event.occurred_at < %(past)s
order by event.occurred_at desc, event.event_id desc limit %(most)s
"""
# A transaction's newest label holds. Attempts count: a payment that was denied tells of its payee as well.
_USED = f"""
select used.account_id::text as account, (extract(epoch from used.occurred_at) * 1000)::bigint as at_ms,
  (extract(epoch from used.known_at) * 1000)::bigint as known_at_ms
from (
  select distinct on (label.transaction_id) label.transaction_id, label.fraud, label.known_at, event.occurred_at,
    case when label.kind in ({_PAYER_KINDS}) then event.debit_account_id
      when label.kind in ({_KINDS}) then event.credit_account_id end as account_id
  from raw.labels label
  join raw.ledger_events event on event.tenant_id = label.tenant_id and event.transfer_id = label.transaction_id
  where label.tenant_id = %(tenant_id)s and label.known_at < %(known_by)s
    and event.occurred_at >= %(start)s and event.occurred_at < %(past)s
  order by label.transaction_id, label.known_at desc, label.log_offset desc, event.occurred_at
) used
join raw.accounts account on account.tenant_id = %(tenant_id)s and account.account_id = used.account_id
  and account.kind = 'customer'
where used.fraud order by used.occurred_at, account
"""
_AS_OF = "select as_of from graph.scored where tenant_id = %s"
_FORGET = "delete from graph.scored where tenant_id = %s"
_SCORED = """
insert into graph.scored (tenant_id, as_of, made_at, model_version, days, accounts, payments, cut)
values (%(tenant_id)s, %(as_of)s, %(made_at)s, %(model_version)s, %(days)s, %(accounts)s, %(payments)s, %(cut)s)
"""
# Row-level security takes no COPY.
_SCORES = """
insert into graph.account_score (tenant_id, account_id, score, score_share_above)
select %s, * from unnest(%s::uuid[], %s::double precision[], %s::double precision[])
"""
_REASONS = """
insert into graph.score_reason (
  tenant_id, account_id, place, neighbour_account_id, effect, score_without, paid_payments, paid_minor, received_payments,
  received_minor, last_payment_at
)
select %s, * from unnest(
  %s::uuid[], %s::int[], %s::uuid[], %s::double precision[], %s::double precision[], %s::int[], %s::bigint[], %s::int[],
  %s::bigint[], %s::timestamptz[]
)
"""
_CHUNK_ROWS = 20_000
_PAYMENT_SCHEMA = {"payer": pl.String, "payee": pl.String, "amount_cents": pl.Int64, "at_ms": pl.Int64}
_USED_SCHEMA = {"account": pl.String, "at_ms": pl.Int64, "known_at_ms": pl.Int64}


def tenants(connection: Connection) -> list[str]:
    """Return the tenants that have accounts."""
    return [row[0] for row in connection.execute(_TENANTS).fetchall()]


def payments(connection: Connection, *, tenant_id: str, start: datetime, past: datetime, most: int) -> pl.DataFrame:
    """Return payer, payee, amount_cents and at_ms of the payments in [start, past), the newest `most`."""
    rows = connection.execute(_PAYMENTS, {"tenant_id": tenant_id, "start": start, "past": past, "most": most}).fetchall()
    return pl.DataFrame(rows, schema=_PAYMENT_SCHEMA, orient="row")


def used_accounts(
    connection: Connection, *, tenant_id: str, start: datetime, past: datetime, known_by: datetime
) -> pl.DataFrame:
    """Return account, at_ms and known_at_ms of what a label known before `known_by` says of a payment in [start, past)."""
    asked = {"tenant_id": tenant_id, "start": start, "past": past, "known_by": known_by}
    return pl.DataFrame(connection.execute(_USED, asked).fetchall(), schema=_USED_SCHEMA, orient="row")


def scored_as_of(connection: Connection, *, tenant_id: str) -> object:
    """Return the day at whose end a tenant's scores are, None where there are none."""
    row = connection.execute(_AS_OF, (tenant_id,)).fetchone()
    return row[0] if row else None


def keep(connection: Connection, made: Mapping[str, object], scores: pl.DataFrame, reasons: list[Reason]) -> None:
    """Write a tenant's scores (account_id, score, score_share_above) and reasons in the place of what was there."""
    tenant_id = made["tenant_id"]
    with connection.transaction():
        connection.execute(_FORGET, (tenant_id,))
        connection.execute(_SCORED, made)
        for part in scores.iter_slices(_CHUNK_ROWS):
            connection.execute(_SCORES, [tenant_id, *(column.to_list() for column in part)])
        for start in range(0, len(reasons), _CHUNK_ROWS):
            columns = zip(*(each.row() for each in reasons[start : start + _CHUNK_ROWS]), strict=True)
            connection.execute(_REASONS, [tenant_id, *(list(column) for column in columns)])
