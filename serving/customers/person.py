"""Who a customer is, as it is kept: sealed under the customer's key, but for year of birth and state."""

import asyncio
from collections.abc import Mapping, Sequence

from contracts import sealed as kinds
from kit.subject_keys import SealedRecords, Subject

OPEN_FIELDS = ("birth_year", "state")
PERSON_FIELDS = (*kinds.PERSON_FIELDS, *OPEN_FIELDS)
_NOBODY: dict[str, object] = dict.fromkeys(kinds.PERSON_FIELDS)

Row = dict[str, object]


class People:
    """Opens and seals persons' rows."""

    def __init__(self, records: SealedRecords) -> None:
        self._records = records

    def opened(self, tenant_id: str, rows: Sequence[Row]) -> list[Row]:
        """Return customers' rows with who they are in the place of what is sealed; an erased person's fields are null."""
        sealed = [(number, row["sealed"]) for number, row in enumerate(rows)]
        records = [
            (Subject(tenant_id, str(rows[number]["customer_id"])), content)
            for number, content in sealed
            if isinstance(content, bytes)
        ]
        found = iter(self._records.open_all(records, kind=kinds.PERSON))
        opened = [next(found) if isinstance(content, bytes) else None for _, content in sealed]
        return [
            {name: value for name, value in row.items() if name != "sealed"} | _NOBODY | (fields or {})
            for row, fields in zip(rows, opened, strict=True)
        ]

    def names(self, tenant_id: str, sealed: Sequence[tuple[str | None, bytes | None]]) -> list[str | None]:
        """Return the full name of each (customer id, what is sealed of them), None where nothing is known."""
        rows: list[Row] = [{"customer_id": customer_id, "sealed": content} for customer_id, content in sealed]
        return [None if row["full_name"] is None else str(row["full_name"]) for row in self.opened(tenant_id, rows)]

    async def kept(self, tenant_id: str, customer_id: str, person: Mapping[str, object]) -> Row:
        """Return the columns of a person's row. The key is made, and on the disk, before this returns."""
        fields = {name: person.get(name) for name in kinds.PERSON_FIELDS}
        sealed = await asyncio.to_thread(self._records.seal, Subject(tenant_id, customer_id), fields, kind=kinds.PERSON)
        document = person.get("document")
        index = None if document is None else self._records.keys.blind(tenant_id, kinds.DOCUMENT, str(document))
        return {name: person.get(name) for name in OPEN_FIELDS} | {"sealed": sealed, "document_index": index}
