"""The SQL of reports. Every function runs inside a transaction that carries the tenant."""

from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]

_COLUMNS = """r.tenant_id, r.report_id::text, r.kind, r.case_id::text, r.year, r.state, r.due_on, r.made_by, r.made_at,
    encode(r.sha256, 'hex') as sha256, r.exported_by, r.exported_at, r.receipt, r.sent_by, r.sent_at, r.version,
    c.customer_id"""
_REPORT = f"""
select {_COLUMNS} from cases.report r left join cases.case c using (tenant_id, case_id) where r.tenant_id = %(tenant_id)s
"""
_PAGE = (
    _REPORT
    + """and (%(state)s::text is null or r.state = %(state)s)
and (%(due_on)s::date is null or (r.due_on, r.report_id) > (%(due_on)s::date, %(id)s::uuid))
order by r.due_on, r.report_id limit %(limit)s"""
)
_LOCK = "select 1 from cases.report where tenant_id = %(tenant_id)s and report_id = %(report_id)s for update"
_INSERT = """
insert into cases.report (tenant_id, report_id, kind, case_id, year, state, due_on, made_by, made_at)
values (%(tenant_id)s, %(report_id)s, %(kind)s, %(case_id)s, %(year)s, 'draft', %(due_on)s, %(by)s, %(now)s)
on conflict do nothing
"""
_EXPORTED = """
update cases.report set state = 'exported', sha256 = %(sha256)s, exported_by = %(by)s, exported_at = %(now)s,
    version = version + 1
where tenant_id = %(tenant_id)s and report_id = %(report_id)s
"""
_KEEP = """
insert into cases.report_document as d (tenant_id, report_id, sealed) values (%(tenant_id)s, %(report_id)s, %(sealed)s)
on conflict (tenant_id, report_id) do update set sealed = excluded.sealed
"""
_SENT = """
update cases.report set state = 'sent', receipt = %(receipt)s, sent_by = %(by)s, sent_at = %(now)s, version = version + 1
where tenant_id = %(tenant_id)s and report_id = %(report_id)s
"""
_DOCUMENT = "select sealed from cases.report_document where tenant_id = %s and report_id = %s"
_NOT_NIL = """
select exists (
    select from cases.report where tenant_id = %(tenant_id)s and kind = 'suspicion'
        and ((sent_at is null and made_at >= %(start)s and made_at < %(end)s) or (sent_at >= %(start)s and sent_at < %(end)s))
)
"""
_RECEIPT_TAKEN = "select 1 from cases.report where tenant_id = %s and receipt = %s and report_id <> %s"
_PERSON = "select sealed from bank.person where tenant_id = %s and customer_id = %s"


async def _rows(connection: psycopg.AsyncConnection, query: str, parameters: Any) -> list[Row]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(query, parameters)).fetchall()


async def insert(
    connection: psycopg.AsyncConnection, *, tenant_id: str, report_id: str, kind: str, case_id: str | None, year: int,
    due_on: date, by: str, now: datetime,
) -> bool:  # fmt: skip
    """Write a draft; False when the case, or the year, has one."""
    named = {
        "tenant_id": tenant_id, "report_id": report_id, "kind": kind, "case_id": case_id, "year": year, "due_on": due_on,
        "by": by, "now": now,
    }  # fmt: skip
    return (await connection.execute(_INSERT, named)).rowcount == 1


async def find(connection: psycopg.AsyncConnection, *, tenant_id: str, report_id: str, lock: bool = False) -> Row | None:
    """Return one report."""
    named = {"tenant_id": tenant_id, "report_id": report_id}
    if lock:
        await connection.execute(_LOCK, named)
    found = await _rows(connection, _REPORT + "and r.report_id = %(report_id)s", named)
    return found[0] if found else None


async def page(connection: psycopg.AsyncConnection, **asked: object) -> list[Row]:
    """Return reports, what is due first at first."""
    return await _rows(connection, _PAGE, asked)


async def exported(
    connection: psycopg.AsyncConnection, *, tenant_id: str, report_id: str, sha256: bytes, sealed: bytes, by: str, now: datetime
) -> None:
    """Keep the document of a locked report, in the place of one that was not sent."""
    named = {"tenant_id": tenant_id, "report_id": report_id, "sha256": sha256, "sealed": sealed, "by": by, "now": now}
    await connection.execute(_EXPORTED, named)
    await connection.execute(_KEEP, named)


async def sent(
    connection: psycopg.AsyncConnection, *, tenant_id: str, report_id: str, receipt: str, by: str, now: datetime
) -> None:
    """Say that a locked report was sent, with the receipt that came for it."""
    named = {"tenant_id": tenant_id, "report_id": report_id, "receipt": receipt, "by": by, "now": now}
    await connection.execute(_SENT, named)


async def receipt_taken(connection: psycopg.AsyncConnection, *, tenant_id: str, report_id: str, receipt: str) -> bool:
    """Whether another report has this receipt."""
    return await (await connection.execute(_RECEIPT_TAKEN, (tenant_id, receipt, report_id))).fetchone() is not None


async def document(connection: psycopg.AsyncConnection, *, tenant_id: str, report_id: str) -> bytes | None:
    """Return the sealed document of a report."""
    row = await (await connection.execute(_DOCUMENT, (tenant_id, report_id))).fetchone()
    return None if row is None else bytes(row[0])


async def had_suspicions(connection: psycopg.AsyncConnection, *, tenant_id: str, start: datetime, end: datetime) -> bool:
    """Whether something was reported in a period, or is about to be."""
    row = await (await connection.execute(_NOT_NIL, {"tenant_id": tenant_id, "start": start, "end": end})).fetchone()
    return bool(row and row[0])


async def sealed_person(connection: psycopg.AsyncConnection, *, tenant_id: str, customer_id: str) -> bytes | None:
    """Return what is sealed of who a customer is."""
    row = await (await connection.execute(_PERSON, (tenant_id, customer_id))).fetchone()
    return None if row is None else row[0]
