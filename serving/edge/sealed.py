"""Rows whose telling columns are sealed: opened as they are read, sealed as they are written."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kit.subject_keys import SealedRecords, Subject

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class SealedRows:
    """Rows of one kind. Each names its customer in `customer_id`, and keeps `fields` in `sealed`."""

    records: SealedRecords
    kind: str
    fields: tuple[str, ...]

    def opened(self, tenant_id: str, rows: Sequence[Row]) -> list[Row]:
        """Return the rows with their fields; a row whose customer was erased is left out."""
        told = [(Subject(tenant_id, str(row["customer_id"])), _content(row)) for row in rows]
        found = self.records.open_all(told, kind=self.kind)
        return [
            {name: value for name, value in row.items() if name != "sealed"} | fields
            for row, fields in zip(rows, found, strict=True)
            if fields is not None
        ]

    async def sealed(self, tenant_id: str, customer_id: object, row: Mapping[str, object]) -> bytes:
        """Return what of a row is sealed. The customer's key is made, and on the disk, before this returns."""
        subject = Subject(tenant_id, str(customer_id))
        told = {name: row.get(name) for name in self.fields}
        return await asyncio.to_thread(self.records.seal, subject, told, kind=self.kind)


def _content(row: Row) -> bytes:
    content = row["sealed"]
    if not isinstance(content, bytes):
        raise TypeError("a row without what is sealed of it")
    return content
