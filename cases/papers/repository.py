"""The SQL of what is written and attached to cases, sealed: notes and evidence."""

from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]

_NOTES = """
select note_id::text, kind, author, written_at, sealed from cases.note
where tenant_id = %s and case_id = %s order by written_at, note_id limit %s
"""
_NOTE = """
insert into cases.note (tenant_id, note_id, case_id, kind, author, written_at, salt, sealed)
values (%(tenant_id)s, %(note_id)s, %(case_id)s, %(kind)s, %(by)s, %(now)s, %(salt)s, %(sealed)s)
"""
_EVIDENCE_COLUMNS = "evidence_id::text, case_id::text, encode(sha256, 'hex') as sha256, size_bytes, added_by, added_at, sealed"
_EVIDENCE = f"""
select {_EVIDENCE_COLUMNS} from cases.evidence where tenant_id = %s and case_id = %s order by added_at, evidence_id limit %s
"""
_ONE = f"select {_EVIDENCE_COLUMNS} from cases.evidence where tenant_id = %s and case_id = %s and evidence_id = %s"
_SAME = f"select {_EVIDENCE_COLUMNS} from cases.evidence where tenant_id = %s and case_id = %s and sha256 = %s"
_COUNTS = """
select (select count(*) from cases.note where tenant_id = %(tenant_id)s and case_id = %(case_id)s),
       (select count(*) from cases.evidence where tenant_id = %(tenant_id)s and case_id = %(case_id)s)
"""
_ATTACH = """
insert into cases.evidence (tenant_id, evidence_id, case_id, sha256, size_bytes, added_by, added_at, salt, sealed)
values (%(tenant_id)s, %(evidence_id)s, %(case_id)s, %(sha256)s, %(size_bytes)s, %(by)s, %(now)s, %(salt)s, %(sealed)s)
"""


async def _rows(connection: psycopg.AsyncConnection, query: str, parameters: Any) -> list[Row]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(query, parameters)).fetchall()


async def notes(connection: psycopg.AsyncConnection, *, tenant_id: str, case_id: str, limit: int) -> list[Row]:
    """Return a case's notes, oldest first, sealed."""
    return await _rows(connection, _NOTES, (tenant_id, case_id, limit))


async def insert_note(
    connection: psycopg.AsyncConnection, *, tenant_id: str, note_id: str, case_id: str, kind: str, by: str, now: datetime,
    salt: bytes, sealed: bytes,
) -> None:  # fmt: skip
    """Keep a note."""
    named = {
        "tenant_id": tenant_id, "note_id": note_id, "case_id": case_id, "kind": kind, "by": by, "now": now, "salt": salt,
        "sealed": sealed,
    }  # fmt: skip
    await connection.execute(_NOTE, named)


async def counts(connection: psycopg.AsyncConnection, *, tenant_id: str, case_id: str) -> tuple[int, int]:
    """Return how many notes and how many pieces of evidence a case has."""
    row = await (await connection.execute(_COUNTS, {"tenant_id": tenant_id, "case_id": case_id})).fetchone()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


async def evidence(connection: psycopg.AsyncConnection, *, tenant_id: str, case_id: str, limit: int) -> list[Row]:
    """Return a case's evidence, oldest first, sealed."""
    return await _rows(connection, _EVIDENCE, (tenant_id, case_id, limit))


async def piece(connection: psycopg.AsyncConnection, *, tenant_id: str, case_id: str, evidence_id: str) -> Row | None:
    """Return one piece of evidence, sealed."""
    found = await _rows(connection, _ONE, (tenant_id, case_id, evidence_id))
    return found[0] if found else None


async def same_piece(connection: psycopg.AsyncConnection, *, tenant_id: str, case_id: str, sha256: bytes) -> Row | None:
    """Return the piece that is these very bytes already."""
    found = await _rows(connection, _SAME, (tenant_id, case_id, sha256))
    return found[0] if found else None


async def insert_evidence(
    connection: psycopg.AsyncConnection, *, tenant_id: str, evidence_id: str, case_id: str, sha256: bytes,
    size_bytes: int | None, by: str, now: datetime, salt: bytes, sealed: bytes,
) -> None:  # fmt: skip
    """Keep a piece of evidence."""
    named = {
        "tenant_id": tenant_id, "evidence_id": evidence_id, "case_id": case_id, "sha256": sha256, "size_bytes": size_bytes,
        "by": by, "now": now, "salt": salt, "sealed": sealed,
    }  # fmt: skip
    await connection.execute(_ATTACH, named)
