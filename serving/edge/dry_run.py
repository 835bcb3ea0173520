"""`?dry_run=true`: a write that is carried out, answered and undone (`kit.trial`). Who asks for one unclearly is refused."""

from typing import Any
from urllib.parse import parse_qsl

from serving.edge.access import Rule
from serving.edge.errors import DryRunNotOffered, InvalidRequest

NAME = "dry_run"
HEADER = (b"dry-run", b"true")
MAX_QUERY_FIELDS = 64
_MEANINGS = {"true": True, "false": False}
PARAMETER: dict[str, Any] = {
    "name": NAME,
    "in": "query",
    "required": False,
    "description": "`true`: answer as the write would, with the header `Dry-Run: true`, and change nothing; ids mean nothing",
    "schema": {"type": "boolean", "default": False},
}


def wanted(rule: Rule | None, query: bytes) -> bool:
    """Whether a request is only to be tried.

    Raises InvalidRequest for a value that is neither true nor false, or both: a mistake here could move money. Raises
    DryRunNotOffered where a write cannot be undone.
    """
    if not query or rule is None or rule.method == "GET":
        return False
    try:
        fields = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
    except ValueError as many:
        raise InvalidRequest(f"query: at most {MAX_QUERY_FIELDS} fields are read") from many
    values = {value for name, value in fields if name == NAME}
    if not values:
        return False
    if len(values) > 1 or not values <= _MEANINGS.keys():
        raise InvalidRequest(f"{NAME}: true or false", field=NAME)
    asked = _MEANINGS[values.pop()]
    if asked and rule.no_dry_run is not None:
        raise DryRunNotOffered(f"there is no dry run of {rule.method} {rule.path}: {rule.no_dry_run}")
    return asked
