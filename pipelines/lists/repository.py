"""The SQL of list exposure. Written as `transform`, in the warehouse."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

_REPLACE = """
with said as (
  select c.tenant_id, c.body ->> 'list_id' as list_id, change.value ->> 'value' as value, c.known_at, c.log_offset,
    change.ordinality,
    coalesce((change.value ->> 'removed')::boolean, false) as removed
  from raw.controls c cross join lateral jsonb_array_elements(c.body -> 'changes') with ordinality as change
  where c.kind = 'list'
),
listed as (
  select * from (
    select distinct on (tenant_id, list_id, value) * from said
    order by tenant_id, list_id, value, log_offset desc, ordinality desc
  ) newest where not removed
),
met as (
  select l.tenant_id, l.list_id, l.value, d.transaction_id, d.amount_minor, d.currency, d.verdict
  from raw.decisions d
  cross join lateral (
    select distinct named from unnest(
      array[d.customer_id, d.account_id, d.card_id, d.device_id, d.ip, d.payee_id, d.merchant_id]
    ) as named
    where named is not null
  ) who
  join listed l on l.tenant_id = d.tenant_id and l.value = who.named and d.known_at < l.known_at
  where d.known_at >= %(since)s
)
insert into monitoring.list_exposure
  (tenant_id, list_id, value, currency, listed_at, since, payments, amount_minor, allowed, found_at)
select l.tenant_id, l.list_id, l.value, coalesce(m.currency, ''), l.known_at, %(since)s, count(m.transaction_id),
  coalesce(sum(m.amount_minor), 0)::bigint, count(*) filter (where m.verdict = 'allow'), %(at)s
from listed l left join met m on m.tenant_id = l.tenant_id and m.list_id = l.list_id and m.value = l.value
group by l.tenant_id, l.list_id, l.value, m.currency, l.known_at
"""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What there is of it: values on lists, and how many of those had been met before."""

    values: int
    met: int
    payments: int


def replace(connection: Connection, *, since: datetime, at: datetime) -> Exposure:
    """Find it anew of payments from `since` on, in the place of what was found before."""
    with connection.transaction():
        connection.execute("delete from monitoring.list_exposure")
        connection.execute(_REPLACE, {"since": since, "at": at})
        row = connection.execute(
            "select count(distinct (tenant_id, list_id, value)), "
            "count(distinct (tenant_id, list_id, value)) filter (where payments > 0), "
            "coalesce(sum(payments), 0)::bigint from monitoring.list_exposure"
        ).fetchone()
    return Exposure(*row) if row else Exposure(0, 0, 0)
