"""The SQL of nights: which banks there are, which of their days were looked at, and what the core knows of their accounts."""

from datetime import date, datetime

import psycopg

_TENANTS = "select distinct tenant_id from bank.account order by tenant_id"
_NEWEST = "select max(day) from cases.scenario_night where tenant_id = %s"
_BEGUN = "select min(judged_at) from cases.scenario_night where tenant_id = %s"
_ACCOUNTS = """
select a.account_id::text, a.customer_id, (extract(epoch from a.opened_at) * 1000)::bigint, a.currency, c.kind
from bank.account a join bank.customer c using (tenant_id, customer_id) where a.tenant_id = %s
"""
_KEEP = """
insert into cases.scenario_night as n (tenant_id, day, judged_at, payments, findings, fresh, cut)
values (%(tenant_id)s, %(day)s, %(judged_at)s, %(payments)s, %(findings)s, %(fresh)s, %(cut)s)
on conflict (tenant_id, day) do update
    set judged_at = excluded.judged_at, payments = excluded.payments, findings = excluded.findings, fresh = excluded.fresh,
        cut = excluded.cut
"""
ACCOUNT = ("account_id", "customer_id", "opened_at", "currency", "kind")


def tenants(connection: psycopg.Connection) -> list[str]:
    """Return the tenants that have accounts, as a role that sees all of them."""
    return [row[0] for row in connection.execute(_TENANTS).fetchall()]


def newest_night(connection: psycopg.Connection, tenant_id: str) -> date | None:
    """Return the last day that was looked at, as a role that sees every tenant; None where none was."""
    row = connection.execute(_NEWEST, (tenant_id,)).fetchone()
    return None if row is None else row[0]


async def begun_at(connection: psycopg.AsyncConnection, tenant_id: str) -> datetime | None:
    """Return when a tenant's first night was; None where it is this one."""
    row = await (await connection.execute(_BEGUN, (tenant_id,))).fetchone()
    return None if row is None else row[0]


async def accounts(connection: psycopg.AsyncConnection, tenant_id: str) -> list[tuple[str, str, int, str, str]]:
    """Return every account by the columns of ACCOUNT: its owner, when it was opened (ms), its currency, the owner's kind."""
    return await (await connection.execute(_ACCOUNTS, (tenant_id,))).fetchall()


async def keep_night(
    connection: psycopg.AsyncConnection, tenant_id: str, day: date, *, judged_at: datetime, payments: int, findings: int,
    fresh: int, cut: bool,
) -> None:  # fmt: skip
    """Write that a day was looked at: in the transaction that records the last of its findings."""
    await connection.execute(
        _KEEP,
        {
            "tenant_id": tenant_id, "day": day, "judged_at": judged_at, "payments": payments, "findings": findings,
            "fresh": fresh, "cut": cut,
        },
    )  # fmt: skip
