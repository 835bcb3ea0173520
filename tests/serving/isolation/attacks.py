"""Requests that name another's resources, generated from the published description: a new route is attacked by being there."""

import copy
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from tests.serving.described import body_fields, body_schema
from tests.serving.isolation.holdings import Holdings

# Which of a tenant's holdings each name stands for, wherever a route has it: in its path, its query, its headers or its body.
IDENTIFIES: dict[str, str] = {
    "Idempotency-Key": "key",
    "account_id": "account_id",
    "alert_id": "alert_id",
    "based_on": "version",
    "card_id": "card_id",
    "client_id": "client_id",
    "credit_account_id": "credit_account_id",
    "customer_id": "customer_id",
    "debit_account_id": "account_id",
    "device_id": "device_id",
    "email": "email",
    "list_id": "list_id",
    "merchant_id": "merchant_id",
    "model": "model",
    "move_id": "move_id",
    "payee_id": "payee_id",
    "policy_version": "version",
    "resource": "resource",
    "rule": "rule",
    "simulation_id": "simulation_id",
    "transaction_id": "transaction_id",
    "transfer_id": "transfer_id",
    "value": "value",
    "version": "version",
}  # fmt: skip
# Names that say something and name nothing of anybody's. `cursor` has a test of its own.
NEUTRAL = frozenset({
    "action", "amount", "amount_minor", "approve", "at", "at_least_minor", "balance_minor", "birth_year", "channel",
    "client_secret", "country", "currency", "cursor", "customer_ip", "direction", "document", "dry_run", "entry_mode",
    "event_time", "expires_at", "field", "from", "from_day", "from_time", "full_name", "grant_type", "kind", "latitude_e5",
    "limit", "longitude_e5", "mcc", "name", "nickname", "note", "password", "product", "reason", "removed", "roles", "sentence",
    "state", "status", "to", "to_day", "until_time", "verdict", "why",
})  # fmt: skip
# Documents with a grammar of their own, whose fields name nothing of anybody's.
WITHIN = frozenset({"document"})
# Whoever is paid is named by whoever pays: of a customer's request these may be somebody else's.
PAID = frozenset({"credit_account_id", "payee_id"})
_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Attack:
    """One request. `named` is the field that names something of the victim's; None when every such field does."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    named: str | None

    @property
    def sent(self) -> str:
        """All that the attacker wrote: an answer may repeat that, and nothing else."""
        return f"{self.url} {self.headers} {self.content.decode()}"


def names_of(operation: dict[str, Any]) -> set[str]:
    """Every name that a route takes a value under."""
    parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
    return parameters | {place[-1] for place, _ in body_fields(operation) if WITHIN.isdisjoint(place[:-1])}


def attacks(
    method: str,
    path: str,
    operation: dict[str, Any],
    *,
    own: Holdings,
    victim: Holdings,
    allowed: frozenset[str] = frozenset(),
) -> Iterator[Attack]:
    """Yield one request a field that could name something of the victim's, the rest the attacker's own; then all together.

    The fields of `allowed` may name somebody else's, and stay the attacker's own.
    """
    fields = sorted(names_of(operation) & set(IDENTIFIES) - allowed)
    for field in fields:
        yield _attack(method, path, operation, own=own, victim=victim, named={field})
    if len(fields) > 1:
        yield _attack(method, path, operation, own=own, victim=victim, named=set(fields))


def honest(method: str, path: str, operation: dict[str, Any], *, own: Holdings) -> Attack:
    """The same request about the asker's own."""
    return _attack(method, path, operation, own=own, victim=own, named=set())


def _attack(method: str, path: str, operation: dict[str, Any], *, own: Holdings, victim: Holdings, named: set[str]) -> Attack:
    def value(name: str) -> str | int:
        holder = victim if name in named else own
        return holder.ids[IDENTIFIES[name]]

    url, query, headers = path, [], {"Content-Type": "application/json", "Idempotency-Key": f"attack-{next(_NUMBERS)}"}
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        if parameter["in"] == "path":
            url = url.replace(f"{{{name}}}", quote(str(value(name)), safe=""))
        elif parameter["in"] == "query" and name in named:
            query.append(f"{name}={quote(str(value(name)), safe='')}")
        elif parameter["in"] == "header" and name in named:
            headers[name] = str(value(name))
    schema = body_schema(operation)
    content = b""
    if schema is not None:
        body = copy.deepcopy(schema["examples"][0])
        for place, _ in body_fields(operation):
            if place[-1] in IDENTIFIES and (place[-1] in named or _stands(body, place)):
                _put(body, place, value(place[-1]))
        content = json.dumps(body).encode()
    single = next(iter(named)) if len(named) == 1 else None
    return Attack(method, url + ("?" + "&".join(query) if query else ""), headers, content, single)


def _stands(body: Any, place: tuple[str, ...]) -> bool:
    for step in place:
        if not isinstance(body, dict) or body.get(step) is None:
            return False
        body = body[step]
    return True


def _put(body: Any, place: tuple[str, ...], value: object) -> None:
    for step in place[:-1]:
        body = body.setdefault(step, {})
    body[place[-1]] = value


def send(client: httpx.Client, attack: Attack) -> httpx.Response:
    """Send it as this client."""
    return client.request(attack.method, attack.url, headers=dict(attack.headers), content=attack.content)


def leaks(answer: httpx.Response, victim: Holdings, *, sent: str) -> list[str]:
    """What of the victim's stands in an answer (body, headers, problem details) and was not sent there by the asker."""
    told = answer.text + " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    return [secret for secret in victim.secrets() if secret in told and secret not in sent]
