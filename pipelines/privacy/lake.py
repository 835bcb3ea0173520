"""What the lake has of a person: an id that tells, in files that are written anew without it and take the old ones' place.

The scorer that folds a rewritten log knows the replacement where it knew the id: one for the other, so that every count and
window is the same.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contracts.topics import topics
from governance.erasures.identifiers import Identifiers
from kit.clock import SystemClock
from pipelines.lake.rewriting import rewrite
from pipelines.privacy.store import Alive

PAYLOAD = "payload"


class LakeFiles:
    """Every file of every topic."""

    def __init__(self, lake: Path, *, tenant_id: str, who: Identifiers) -> None:
        self._lake = lake
        self._tenant = json.dumps(tenant_id).encode()
        self._who = who
        self._pattern = b"|".join(map(re.escape, who.quoted))

    def count(self) -> int:
        """Records with an id that tells."""
        return sum(int(pc.sum(self._telling(table)).as_py() or 0) for _, table in self._tables([PAYLOAD]))

    def erase(self, alive: Alive) -> None:
        """Rewrite the files that have one, those that a compaction has replaced too. Raises LakeBusy while others rewrite."""
        if not self._who.ids:
            return

        def telling(table: pa.Table) -> bool:
            alive()
            return bool(pc.any(self._telling(table)).as_py())

        for topic in sorted(topics()):
            if (self._lake / topic).exists():
                rewrite(self._lake, topic, telling=telling, without=self._without, clock=SystemClock())

    def note(self) -> str | None:
        """Records stay."""
        return "records stay, as a pseudonym's"

    def _files(self) -> list[Path]:
        return sorted(self._lake.glob("*/**/*.parquet")) if self._who.ids else []

    def _tables(self, columns: list[str] | None) -> Iterator[tuple[Path, pa.Table]]:
        for path in self._files():
            with pq.ParquetFile(path) as source:
                for group in range(source.num_row_groups):
                    yield path, source.read_row_group(group, columns=columns)

    def _telling(self, table: pa.Table) -> pa.ChunkedArray:
        """Which rows of the tenant have one of the ids as a whole text."""
        payloads = table[PAYLOAD]
        found = pc.fill_null(pc.match_substring_regex(payloads, self._pattern), fill_value=False)
        if not pc.any(found).as_py():
            return found
        return pc.fill_null(pc.and_(found, pc.match_substring(payloads, self._tenant)), fill_value=False)

    def _without(self, table: pa.Table) -> pa.Table:
        telling = self._telling(table)
        for number, field in enumerate(table.schema):
            column = table.column(number)
            if field.name == PAYLOAD:
                told = zip(column.to_pylist(), telling.to_pylist(), strict=True)
                values = [self._payload(payload) if tells else payload for payload, tells in told]
            elif pa.types.is_string(field.type):
                told = zip(column.to_pylist(), telling.to_pylist(), strict=True)
                values = [self._value(value) if tells else value for value, tells in told]
            else:
                continue
            table = table.set_column(number, field, pa.array(values, type=field.type))
        return table

    def _payload(self, payload: bytes) -> bytes:
        for value in self._who.quoted:
            payload = payload.replace(value, json.dumps(self._who.replacement).encode())
        return payload

    def _value(self, value: str | None) -> str | None:
        return self._who.replacement if value in self._who.ids else value
