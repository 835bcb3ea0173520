"""What OpenAPI says of refusals, and the pages that people read: /docs and /problems, without a script or a foreign origin."""

from html import escape
from http import HTTPStatus
from typing import Any

from serving.edge.problems import MEDIA_TYPE, catalogue, status_of

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details. `type` is stable and has a page that explains it.",
    "required": ["type", "title", "status", "detail", "instance", "code", "remedy", "correlation_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "remedy": {"type": "string"},
        "correlation_id": {"type": "string"},
        "facts": {"type": "object", "additionalProperties": True},
        "reasons": {"type": "array", "items": {"type": "string"}},
    },
}
_EXAMPLE_CODES = {
    400: "malformed-body",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    409: "conflict",
    412: "stale-version",
    413: "body-too-large",
    422: "invalid-request",
    428: "if-match-missing",
    429: "too-many-requests",
    503: "unavailable",
}


def _example(status: int) -> dict[str, Any]:
    code = _EXAMPLE_CODES[status]
    kind = catalogue()[code]
    return {
        "type": f"/problems/{code}",
        "title": kind.title,
        "status": status,
        "detail": "what was wrong with this very request",
        "instance": "/v1/…",
        "code": code,
        "remedy": kind.remedy,
        "correlation_id": "0193f2aa-1111-7222-8333-944445555666",
    }


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` entry of a route for these statuses, each with an example."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA, "example": _example(status)}},
        }
        for status in statuses
    }


def complete_examples(schema: dict[str, Any]) -> None:
    """Put the nulls back that the framework leaves out of examples, and give each page its example: one row."""
    found = schema["components"]["schemas"]
    for part in found.values():
        for example in part.get("examples", []):
            _put_nulls_back(example, part, found)
    for part in found.values():
        row = part.get("properties", {}).get("items", {}).get("items", {}).get("$ref")
        if row is not None and "examples" not in part:
            part["examples"] = [{"items": found[row.rsplit("/", 1)[1]]["examples"], "next_cursor": None}]


def _put_nulls_back(example: dict[str, Any], part: dict[str, Any], found: dict[str, Any]) -> None:
    example.update({name: None for name in part.get("required", []) if name not in example})
    for name, described in part.get("properties", {}).items():
        rows = described.get("items", {})
        for kind in (described, rows, *described.get("anyOf", ())):
            inner = kind.get("$ref", "").rsplit("/", 1)[-1]
            there = example.get(name)
            for value in there if kind is rows and isinstance(there, list) else [there]:
                if inner in found and isinstance(value, dict):
                    _put_nulls_back(value, found[inner], found)


STYLE = """:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code { font-family: ui-monospace, monospace; font-size: .9em; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #8884; }
"""


def _document(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/docs/style.css"></head>'
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )


def docs_page(schema: dict[str, Any]) -> str:
    """Return the list of routes as a page."""
    rows = [
        f"<tr><td><code>{method.upper()}</code></td><td><code>{escape(path)}</code></td>"
        f"<td>{escape(operation.get('description') or operation.get('summary', ''))}</td></tr>"
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    ]
    introduction = (
        '<p>The whole description is <a href="/openapi.json">OpenAPI</a>; '
        'every refusal is one of <a href="/problems">these problems</a>.</p>'
    )
    return _document("BaaS Ultra API", f"{introduction}<table>{''.join(rows)}</table>")


def problems_page() -> str:
    """Return the list of problem types as a page."""
    rows = [
        f'<tr><td>{int(status_of(kind))}</td><td><a href="/problems/{escape(code)}"><code>{escape(code)}</code></a></td>'
        f"<td>{escape(kind.title)}</td></tr>"
        for code, kind in catalogue().items()
    ]
    return _document("Problems", f"<table>{''.join(rows)}</table>")


def problem_page(code: str) -> str | None:
    """Return the page of one problem type, or None when there is none."""
    kind = catalogue().get(code)
    if kind is None:
        return None
    return _document(
        kind.title,
        f"<p><code>{escape(code)}</code>, status {int(status_of(kind))}</p><p>{escape(kind.__doc__ or '')}</p>"
        f"<h2>What to do</h2><p>{escape(kind.remedy)}</p>",
    )
