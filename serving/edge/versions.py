"""Optimistic locking: what may be changed has a version, told as an ETag; a change says in If-Match which one it was made from.

The tag is the version of what can be changed, not of the answer's bytes: an account's balance moves without it.
"""

import re
from typing import Annotated

from fastapi import Header, Response

from kit.errors import DomainError

IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=64, description="The ETag of what was read before it was changed")
]
# What is made is at this version.
FIRST_VERSION = 1
_TAG = re.compile(r'"([1-9][0-9]{0,17})"')


class VersionMissing(DomainError):
    """A change that does not say what it was made from could undo somebody else's."""

    code = "if-match-missing"
    title = "The If-Match header is missing"
    remedy = "Read the resource, change what you read, and send its ETag in If-Match."


class StaleVersion(DomainError):
    """Somebody changed it since it was read."""

    code = "stale-version"
    title = "The resource has changed since you read it"
    remedy = "Read it again, decide from its present state, and send its new ETag in If-Match."


def etag(version: object) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def tagged(response: Response, row: dict[str, object]) -> dict[str, object]:
    """Put the ETag of a row's `version` on the answer, and return the row."""
    response.headers["ETag"] = etag(row["version"])
    return row


def version_of(if_match: str | None) -> int:
    """Return the version that a change was made from. Raises VersionMissing, and StaleVersion for a tag that we never gave."""
    if if_match is None:
        raise VersionMissing("a change of this resource needs If-Match")
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise StaleVersion("If-Match holds no ETag of this resource")
    return int(found[1])


def require(row: dict[str, object], version: int) -> None:
    """Raise StaleVersion unless the row, locked, is still the one that was read."""
    if row["version"] != version:
        raise StaleVersion(f"it is at version {row['version']} now, not {version}", version=int(str(row["version"])))
