"""The API as its published description tells it: what generated tests go through, route by route."""

import json
from collections.abc import Iterator
from typing import Any

from serving.app import openapi_text

SCHEMA = json.loads(openapi_text())
ID = "0193f2aa-1111-7222-8333-944445555666"


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (method, path, operation) of every route."""
    for path, found in SCHEMA["paths"].items():
        for method, operation in found.items():
            yield method.upper(), path, operation


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference stands for, or itself."""
    return SCHEMA["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def body_schema(operation: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of an operation's JSON body, or None."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return None if content is None else resolved(content["schema"])


def example_of(operation: dict[str, Any]) -> Any:
    """The body that the description shows, with None for what it leaves out; or None."""
    schema = body_schema(operation)
    if schema is None:
        return None
    return schema["examples"][0] | {name: None for name in schema["properties"] if name not in schema["examples"][0]}


def body_fields(operation: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield where each field of a body stands, with its schema; inside free-form objects nothing is described."""
    schema = body_schema(operation)
    if schema is not None:
        yield from _fields(schema, ())


def _fields(schema: dict[str, Any], before: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for name, described in schema.get("properties", {}).items():
        yield (*before, name), described
        for kind in (described, *described.get("anyOf", ())):
            yield from _fields(resolved(kind), (*before, name))


def places(body: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where values stand in a body."""
    for name, value in body.items() if isinstance(body, dict) else enumerate(body):
        yield (*before, name)
        if isinstance(value, dict | list):
            yield from places(value, (*before, name))


def put(body: Any, place: tuple[Any, ...], value: Any) -> None:
    """Put a value at a place of a body, making the objects on the way."""
    for step in place[:-1]:
        if isinstance(body, dict) and body.get(step) is None:
            body[step] = {}
        body = body[step]
    body[place[-1]] = value
