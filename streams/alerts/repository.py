"""What is asked of the books about an account's past, and of the core about what customers registered and gave notice of.

Every function runs inside a transaction that carries the tenant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import psycopg

from contracts.aml import MOST_PAYMENTS, Payment
from contracts.transactions import Channel
from risk.scenarios.notices import Notice

# Of one account within three months: with more than these the newest say what is usual.
MOST_COMPARED = 5_000
_SETTLEMENT = "settlement:"

_ASKED = """
    from unnest(%(accounts)s::uuid[], %(since_ms)s::bigint[], %(at_ms)s::bigint[], %(least_minor)s::bigint[], %(but)s::uuid[])
           with ordinality as a (account_id, since_ms, at_ms, least_minor, but_id, place)
"""
# An entry is booked when its money counts or later, so that the index by `booked_at` finds all that counts since a moment.
_SINCE = f"""
select a.place::integer, e.transfer_id::text, (extract(epoch from e.value_at) * 1000)::bigint, e.delta_minor, c.id::text, c.code
{_ASKED}
cross join lateral (
    select n.transfer_id, n.value_at, n.delta_minor, t.debit_account_id, t.credit_account_id
      from ledger.entry n join ledger.transfer t on t.id = n.transfer_id
     where n.account_id = a.account_id and n.booked_at >= timestamptz 'epoch' + a.since_ms * interval '1 millisecond'
       and n.value_at >= timestamptz 'epoch' + a.since_ms * interval '1 millisecond'
       and n.value_at <= timestamptz 'epoch' + a.at_ms * interval '1 millisecond'
       and abs(n.delta_minor) >= a.least_minor and t.purpose = 'transfer'
     order by n.booked_at desc, n.version desc limit %(most)s
) e
join ledger.account c on c.id = case when e.delta_minor < 0 then e.credit_account_id else e.debit_account_id end
"""
_LARGEST = f"""
select a.place::integer, coalesce(max(e.amount_minor), 0)::bigint, count(e.amount_minor)::integer
{_ASKED}
left join lateral (
    select -n.delta_minor as amount_minor
      from ledger.entry n join ledger.transfer t on t.id = n.transfer_id
     where n.account_id = a.account_id and n.booked_at >= timestamptz 'epoch' + a.since_ms * interval '1 millisecond'
       and n.value_at >= timestamptz 'epoch' + a.since_ms * interval '1 millisecond'
       and n.value_at < timestamptz 'epoch' + a.at_ms * interval '1 millisecond'
       and -n.delta_minor >= a.least_minor and t.purpose = 'transfer' and n.transfer_id is distinct from a.but_id
     order by n.booked_at desc, n.version desc limit %(most)s
) e on true
group by a.place
"""
_LAST = f"""
select a.place::integer, (
    select (extract(epoch from n.value_at) * 1000)::bigint
      from ledger.entry n join ledger.transfer t on t.id = n.transfer_id
     where n.account_id = a.account_id and n.booked_at >= timestamptz 'epoch' + a.since_ms * interval '1 millisecond'
       and n.value_at < timestamptz 'epoch' + a.at_ms * interval '1 millisecond'
       and t.purpose = 'transfer'
     order by n.booked_at desc, n.version desc limit 1
)
{_ASKED}
"""
_OPENED = """
select account_id::text, (extract(epoch from opened_at) * 1000)::bigint from bank.account
where tenant_id = %s and account_id = any(%s::uuid[])
"""
_REGISTERED = """
select exists (
           select from bank.device d where d.tenant_id = %(tenant_id)s and d.customer_id = a.customer_id
           and d.device_id = a.device_id and d.confirmed_at <= a.at and (d.removed_at is null or d.removed_at > a.at)
       ),
       exists (select from bank.device d where d.tenant_id = %(tenant_id)s and d.confirmed_at <= a.at),
       (
           select count(*)::integer from bank.device d
           where d.tenant_id = %(tenant_id)s and d.customer_id = a.customer_id and d.confirmed_at <= a.at
       ),
       exists (
           select from bank.erasure e where e.tenant_id = %(tenant_id)s and e.customer_id = a.customer_id
           and e.status in ('running', 'done')
       )
from (
    select q.place, q.customer_id, q.device_id, timestamptz 'epoch' + q.at_ms * interval '1 millisecond' as at
    from unnest(%(customers)s::text[], %(devices)s::text[], %(at_ms)s::bigint[])
        with ordinality as q (customer_id, device_id, at_ms, place)
) a order by a.place
"""
_NOTICES = """
select a.place::integer, n.amount_minor, (extract(epoch from n.given_at) * 1000)::bigint
from unnest(%(accounts)s::uuid[], %(days)s::date[]) with ordinality as a (account_id, day, place)
join bank.withdrawal_notice n on n.tenant_id = %(tenant_id)s and n.account_id = a.account_id and n.day = a.day
order by a.place, n.version
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A period of an account's: from `since_ms` up to `at_ms`; amounts from `least_minor` on; all payments `but` one."""

    account_id: str
    since_ms: int
    at_ms: int
    least_minor: int = 1
    but: str | None = None


async def payments_since(
    connection: psycopg.AsyncConnection, asked: Sequence[Asked], *, most: int = MOST_PAYMENTS
) -> list[list[Payment]]:
    """Return of each what was paid and received in [since, at], in the order of `asked`: the newest `most`.

    The books know the rail of what left the bank or came into it; what stayed within is `internal`.
    """
    found: list[list[Payment]] = [[] for _ in asked]
    for place, transfer_id, at_ms, delta_minor, other, code in await _rows(connection, _SINCE, asked, most=most):
        found[place - 1].append(
            Payment(
                transaction_id=transfer_id,
                at=at_ms,
                is_out=delta_minor < 0,
                is_first=False,
                amount_minor=abs(delta_minor),
                channel=_channel(code),
                other=other if code is None else None,
            )
        )
    return found


async def largest_before(connection: psycopg.AsyncConnection, asked: Sequence[Asked]) -> list[tuple[int, int]]:
    """Return of each the largest amount that was paid in [since, at), 0 for none, and how many payments there were."""
    rows = await _rows(connection, _LARGEST, asked, most=MOST_COMPARED)
    found = {place: (largest, payments) for place, largest, payments in rows}
    return [found[place] for place in range(1, len(asked) + 1)]


async def last_before(connection: psycopg.AsyncConnection, asked: Sequence[Asked]) -> list[int | None]:
    """Return of each when something last moved in [since, at) (ms); None where nothing did."""
    found = dict(await _rows(connection, _LAST, asked, most=1))
    return [found[place] for place in range(1, len(asked) + 1)]


async def opened_at(connection: psycopg.AsyncConnection, tenant_id: str, accounts: Sequence[str]) -> dict[str, int]:
    """Return when accounts were opened (ms); those that the bank does not keep are left out."""
    return dict(await (await connection.execute(_OPENED, (tenant_id, list(accounts)))).fetchall())


@dataclass(frozen=True, slots=True)
class FromDevice:
    """Whether a device was registered at a moment, whether any of the bank's was by then, how many of the customer's were.

    `is_erased`: the customer's devices are kept no more, so that nothing is known of any.
    """

    is_registered: bool
    any_is: bool
    own: int
    is_erased: bool


async def from_devices(
    connection: psycopg.AsyncConnection, tenant_id: str, asked: Sequence[tuple[str, str, int]]
) -> list[FromDevice]:
    """Return for each (customer, device, moment in ms), in their order, what was registered at the moment."""
    bound = {
        "tenant_id": tenant_id,
        "customers": [customer for customer, _, _ in asked],
        "devices": [device for _, device, _ in asked],
        "at_ms": [at_ms for _, _, at_ms in asked],
    }
    return [FromDevice(*row) for row in await (await connection.execute(_REGISTERED, bound)).fetchall()]


async def notices(connection: psycopg.AsyncConnection, tenant_id: str, asked: Sequence[tuple[str, date]]) -> list[list[Notice]]:
    """Return for each (account, day), in their order, what notice was given for it, in the order in which it was."""
    found: list[list[Notice]] = [[] for _ in asked]
    bound = {"tenant_id": tenant_id, "accounts": [account for account, _ in asked], "days": [day for _, day in asked]}
    for place, amount_minor, given_at in await (await connection.execute(_NOTICES, bound)).fetchall():
        found[place - 1].append(Notice(amount_minor, given_at))
    return found


async def _rows(connection: psycopg.AsyncConnection, query: str, asked: Sequence[Asked], *, most: int) -> list[tuple]:  # type: ignore[type-arg]
    bound = {
        "accounts": [each.account_id for each in asked],
        "since_ms": [each.since_ms for each in asked],
        "at_ms": [each.at_ms for each in asked],
        "least_minor": [each.least_minor for each in asked],
        "but": [each.but for each in asked],
        "most": most,
    }
    return await (await connection.execute(query, bound)).fetchall()


def _channel(code: str | None) -> Channel:
    """Return the rail of a system account's code; what goes to no rail of ours stayed within the bank."""
    rail = (code or "").removeprefix(_SETTLEMENT)
    return Channel(rail) if code is not None and code.startswith(_SETTLEMENT) and rail in set(Channel) else Channel.INTERNAL
