"""Text that would be code somewhere, in every place that takes text: no answer holds another tenant's, no row changes."""

import copy
import itertools
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.serving.described import body_fields, body_schema, operations, put
from tests.serving.isolation.attacks import leaks, path_of
from tests.serving.isolation.holdings import Holdings
from tests.serving.test_hostile_values import AWAY

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
SLEEP_S = 12
CODE = [
    "' or '1'='1",
    "' or tenant_id = 'other' --",
    "x'; update ledger.account set closed = true; --",
    f"'; select pg_sleep({SLEEP_S}); --",
    f"1 or (select pg_sleep({SLEEP_S})) is null",
    "') union select tenant_id, full_name, email from bank.person --",
    "$$; set app.tenant_id = 'other'; $$",
    "\\'; set row_security = off; --",
    "％27 or 1=1",
    "ʼ or ʼ1ʼ=ʼ1",
    "＇ or ＇1＇=＇1",
    "%' or tenant_id like '%",
    "_%",
    "$.* ? (@.tenant_id == \"other\")",
    '{"$ne": null}',
    '{"$where": "1"}',
    "../../../other",
    "..%2f..%2fother",
    "%(tenant_id)s",
    "{tenant_id}",
    "${jndi:ldap://127.0.0.1/a}",
    "{{7*7}}",
    "<script>fetch('/v1/customers')</script>",
    "a\r\nX-Tenant-Id: other",
    "A\u0301\u202e\u2066other",
    "İ" * 60,
    "'||(select string_agg(full_name,',') from bank.person)||'",
]  # fmt: skip
# Read by the same lines on every route: each route tries a piece of code in them, another one than the route before.
SAME_EVERYWHERE = frozenset({"Idempotency-Key", "If-Match", "cursor", "dry_run", "limit"})
_TURN = itertools.cycle(CODE)


def guarded() -> list[Any]:
    return [
        pytest.param(*each, id=f"{each[0]} {each[1]}") for each in operations() if "security" in each[2] and takes_text(each[2])
    ]


def is_text(schema: dict) -> bool:
    kinds = (schema, *schema.get("anyOf", ()))
    return any(kind.get("type") == "string" and "enum" not in kind for kind in kinds)


def takes_text(operation: dict) -> bool:
    return bool(operation.get("parameters")) or any(is_text(schema) for _, schema in body_fields(operation))


def requests(path: str, operation: dict, own: Holdings) -> Iterator[tuple[str, bytes, dict[str, str]]]:
    """Yield (url, body, headers) with each piece of code in each place that takes text."""
    schema = body_schema(operation)
    body = copy.deepcopy(schema["examples"][0]) if schema else None
    plain = json.dumps(body).encode() if schema else b""
    url, turn = path_of(path, operation, own=own), next(_TURN)
    for code in CODE:
        for parameter in operation.get("parameters", []):
            name = parameter["name"]
            if name in SAME_EVERYWHERE and code != turn:
                continue
            if parameter["in"] == "path":
                yield path.replace(f"{{{name}}}", quote(code, safe="")), plain, {}
            elif parameter["in"] == "query":
                yield f"{url}?{name}={quote(code, safe='')}", plain, {}
            elif code.isascii() and code.isprintable():
                yield url, plain, {name: code}
        for place, described in body_fields(operation):
            if is_text(described):
                spoiled = copy.deepcopy(body)
                put(spoiled, place, code)
                yield url, json.dumps(spoiled).encode(), {}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("method", "path", "operation"), guarded())
def test_code_in_text_stays_text(attackers: dict[str, httpx.Client], attacker, victim, method, path, operation):
    client = next(client for role, client in attackers.items() if role in operation["x-roles"])
    for number, (url, content, headers) in enumerate(requests(path, operation, attacker)):
        own = {"Content-Type": "application/json", "Idempotency-Key": f"code-{number}", "If-Match": '"1"'} | headers
        answer = client.request(method, url, content=content, headers=own)
        assert answer.status_code < 500 or answer.json()["code"] in AWAY, (url, content, answer.text)
        assert leaks(answer, victim, sent="") == [], (url, content, answer.text)
        assert answer.elapsed.total_seconds() < SLEEP_S, (url, content)
        assert "x-tenant-id" not in answer.headers
