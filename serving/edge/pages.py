"""Cursor pages: an opaque cursor names the last row seen, so that a page is stable while rows are being written."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import orjson
from fastapi import Query

from serving.edge.errors import InvalidRequest

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_CURSOR_LENGTH = 256
MAX_CURSOR_NUMBER = 2**63 - 1
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many rows at most")]
Cursor = Annotated[
    str | None, Query(max_length=MAX_CURSOR_LENGTH, description="next_cursor of the page before; absent for the first page")
]
Row = TypeVar("Row")


def encode_cursor(*key: str | int) -> str:
    """Return the cursor that continues after the row with this key."""
    return base64.urlsafe_b64encode(orjson.dumps(key)).rstrip(b"=").decode()


def moment_text(moment: object) -> str:
    """Return a row's moment as a cursor holds it."""
    return moment.isoformat() if isinstance(moment, datetime) else str(moment)


def decode_cursor(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Return the key in a cursor, or None for the first page. Raises InvalidRequest for one that we never made."""
    if cursor is None:
        return None
    try:
        key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as problem:
        raise InvalidRequest("cursor: not one that this route gave out", field="cursor") from problem
    if not isinstance(key, list) or [type(part) for part in key] != list(kinds) or not all(map(_could_be_ours, key)):
        raise InvalidRequest("cursor: not one that this route gave out", field="cursor")
    return tuple(key)


def uuid_of(cursor: str | None) -> UUID | None:
    """Return the id in a cursor of rows by id, or None for the first page. Raises InvalidRequest for one that we never made."""
    key = decode_cursor(cursor, str)
    try:
        return UUID(key[0]) if key else None
    except ValueError as problem:
        raise InvalidRequest("cursor: not one that this route gave out", field="cursor") from problem


def decode_moment_cursor(cursor: str | None) -> tuple[str, str] | None:
    """Return the moment and the UUID in a cursor of rows that are ordered by both. Raises InvalidRequest."""
    found = decode_cursor(cursor, str, str)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(found[0]).isoformat(), str(UUID(found[1]))
    except ValueError as problem:
        raise InvalidRequest("cursor: not one that this route gave out", field="cursor") from problem


def _could_be_ours(part: str | int) -> bool:
    """Whether a column that rows are ordered by could hold this."""
    return 0 <= part <= MAX_CURSOR_NUMBER if isinstance(part, int) else "\0" not in part


def page(rows: Sequence[Row], *, limit: int, key: Callable[[Row], tuple[str | int, ...]]) -> dict[str, object]:
    """Return the page shape from up to `limit + 1` rows: one more than asked for says that there is a next page."""
    items = list(rows[:limit])
    return {"items": items, "next_cursor": encode_cursor(*key(items[-1])) if len(rows) > limit else None}
