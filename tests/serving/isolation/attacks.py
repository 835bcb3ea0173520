"""Requests that name another's resources, generated from the published description: a new route is attacked by being there."""

import copy
import itertools
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
    "beneficiary_id": "beneficiary_id",
    "block_id": "block_id",
    "budget_id": "budget_id",
    "buy_account_id": "buy_account_id",
    "case_id": "case_id",
    "card_id": "card_id",
    "change_id": "change_id",
    "charge_id": "charge_id",
    "client_id": "client_id",
    "code": "code",
    "counterparty_account_id": "credit_account_id",
    "credit_account_id": "credit_account_id",
    "customer_id": "customer_id",
    "debit_account_id": "account_id",
    "device_id": "device_id",
    "dispute_id": "dispute_id",
    "document": "document",
    "email": "email",
    "erasure_id": "erasure_id",
    "evidence_id": "evidence_id",
    "external_account_id": "external_account_id",
    "freeze_id": "freeze_id",
    "goal_id": "goal_id",
    "hit_id": "hit_id",
    "item_id": "item_id",
    "list_id": "list_id",
    "merchant_id": "merchant_id",
    "model": "model",
    "move_id": "move_id",
    "payee_account_id": "credit_account_id",
    "payee_id": "payee_id",
    "payer_account_id": "account_id",
    "payer_id": "payer_id",
    "policy_version": "version",
    "product": "code",
    "q": "mark",
    "quote_id": "quote_id",
    "recovery_id": "recovery_id",
    "report_id": "report_id",
    "resource": "resource",
    "rule": "rule",
    "schedule_id": "schedule_id",
    "sell_account_id": "sell_account_id",
    "simulation_id": "simulation_id",
    "transaction_id": "transaction_id",
    "transfer_id": "transfer_id",
    "unnamed_change_id": "unnamed_change_id",
    "value": "value",
    "version": "version",
    "version_id": "version_id",
}  # fmt: skip
# Where a name stands for another of a tenant's holdings than elsewhere: a hold has moved no money that could be told of.
ELSEWISE = {
    "/v1/accounts/{account_id}/transactions/{transfer_id}": {"transfer_id": "posted_id"},
    "/v1/blocks": {"transfer_id": "posted_id"},
    "/v1/med": {"transfer_id": "posted_id"},
    "/v1/recoveries": {"transfer_id": "posted_id"},
    "/v1/graph/transfers/{transfer_id}/trace": {"transfer_id": "posted_id"},
    "/v1/transfers/{transfer_id}/reversals": {"transfer_id": "posted_id"},
    # Several customers may pay from one device: whoever names it registers it for themselves, so that later it is theirs.
    "/v1/customers/{customer_id}/devices": {"device_id": "card_id"},
    "/v1/screening/lists/{list_id}/versions": {"list_id": "watch_list_id"},
    "/v1/screening/lists/{list_id}/versions/{list_version}": {"list_id": "watch_list_id"},
    "/v1/screening/changes": {"list_id": "watch_list_id"},
    "/v1/screening/changes/check": {"list_id": "watch_list_id"},
}
# Names that say something and name nothing of anybody's. `cursor` has a test of its own.
NEUTRAL = frozenset({
    "If-Match", "If-None-Match", "account_number", "action", "address", "advance_ms", "amount", "amount_minor",
    "amounts_minor", "analysis", "answers", "approve", "ask", "assignee", "at", "at_least_minor", "at_most_minor",
    "at_time", "balance_minor", "bank_account", "bank_code", "bid", "birth_year", "births", "block", "branch",
    "business_day", "buy", "by", "category", "cause", "channel", "choice", "city", "client_secret", "clock", "complement",
    "content", "convention", "count", "countries", "country", "credit_rate_ppm", "csv", "currency", "cursor", "customer_ip",
    "dataset", "day", "day_count", "declared_on", "day_of_month", "days", "debit_rate_ppm", "description", "despite_quiet",
    "direction", "district", "dry_run", "entries", "entry_mode", "event_time", "every", "expires_at", "external_id",
    "familiar", "fan_out", "field", "filter", "format", "frequency", "from", "from_day", "from_time", "full_name",
    "grant_type", "height", "holder_name", "hops", "horizon", "income", "incoming", "keep_pct", "key", "kind", "label",
    "latitude_e5", "law", "learned", "licence", "limit", "limit_minor", "list_version", "longitude_e5", "loss", "max_dates",
    "max_hops", "mcc", "media_type", "metric", "monthly_fee_minor", "monthly_minor", "months", "name", "need", "nickname",
    "night_end", "night_start", "note", "number", "offered", "order", "other_currency", "outcome", "overdraft_limit_minor",
    "pair", "password", "payee_country", "payee_name", "phone", "pix_key", "postal_code", "problem", "proposed_at",
    "purpose", "quiet_reason", "quiet_until", "rail", "rationale", "reason", "receipt", "reference", "refused", "reject",
    "removed", "reported_at", "resolved", "role", "roles", "scenario", "scheme", "scope", "segment", "sell", "sentence",
    "severity", "sha256", "show", "sides", "situation", "source", "state", "status", "street", "target_date",
    "target_minor", "text", "threshold", "time_zone", "timezone", "to", "to_day", "traded", "transfer_fees", "until",
    "until_day", "until_time", "valid_from", "value_date", "values", "verdict", "wealth", "weekday", "why", "within_hours",
    "year",
})  # fmt: skip
# What stands in a path for a name that is neutral.
STANDS_FOR = {
    "channel": "pix", "currency": "BRL", "day": (datetime.now(UTC).date() + timedelta(days=30)).isoformat(), "height": 0,
    "list_version": 1, "name": "court-1", "pair": "USD-BRL", "scenario": "pix-at-night", "scope": "day",
}  # fmt: skip
# Fields of a body of which one excludes others: what names somebody comes in their place.
EXCLUDES = {
    ("/v1/beneficiaries", "account_id"): ("pix_key", "bank_account"),
    ("/v1/freezes", "customer_id"): ("account_id",),
}
# What who sees everybody's has to say, although a customer does not.
SAYS = {
    path: {"customer_id"}
    for path in (
        "/v1/forecasts/cash-flow", "/v1/insights/budgets", "/v1/insights/calendar", "/v1/insights/health",
        "/v1/insights/recommendations", "/v1/insights/recurring", "/v1/insights/unusual", "/v1/suitability",
    )
} | {"/v1/graph/paths": {"payer_account_id", "payee_account_id"}}  # fmt: skip
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


def identifying(operation: dict[str, Any]) -> set[str]:
    """The names under which a route takes what could be somebody's."""
    objects = {place[-2] for place, _ in body_fields(operation) if len(place) > 1}
    return names_of(operation) & set(IDENTIFIES) - objects


def path_of(
    path: str, operation: dict[str, Any], *, own: Holdings, victim: Holdings | None = None, named: Collection[str] = ()
) -> str:
    """The path with the asker's own ids in it, but for what names the victim's."""
    url = path
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        if parameter["in"] == "path":
            url = url.replace(
                f"{{{name}}}", quote(str(value_of(path, name, victim if victim and name in named else own)), safe="")
            )
    return url


def value_of(path: str, name: str, holder: Holdings) -> str | int:
    """What a name stands for on a route."""
    if name in STANDS_FOR:
        return STANDS_FOR[name]
    return holder.ids[ELSEWISE.get(path, {}).get(name, IDENTIFIES[name])]


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
    fields = sorted(identifying(operation) - allowed)
    for field in fields:
        yield _attack(method, path, operation, own=own, victim=victim, named={field})
    if len(fields) > 1:
        yield _attack(method, path, operation, own=own, victim=victim, named=set(fields))


def honest(method: str, path: str, operation: dict[str, Any], *, own: Holdings) -> Attack:
    """The same request about the asker's own."""
    return _attack(method, path, operation, own=own, victim=own, named=SAYS.get(path, set()))


def _attack(method: str, path: str, operation: dict[str, Any], *, own: Holdings, victim: Holdings, named: set[str]) -> Attack:
    def value(name: str) -> str | int:
        return value_of(path, name, victim if name in named else own)

    query, headers = [], {"Content-Type": "application/json", "Idempotency-Key": f"attack-{next(_NUMBERS)}", "If-Match": '"1"'}
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        if parameter["in"] == "query" and name in named:
            query.append(f"{name}={quote(str(value(name)), safe='')}")
        elif parameter["in"] == "header" and name in named:
            headers[name] = str(value(name))
    schema, fields = body_schema(operation), identifying(operation)
    content = b""
    if schema is not None:
        body = copy.deepcopy(schema["examples"][0])
        for place, _ in body_fields(operation):
            if place[-1] in fields and (place[-1] in named or _stands(body, place)):
                _put(body, place, value(place[-1]))
                for other in EXCLUDES.get((path, place[-1]), ()):
                    body.pop(other, None)
        content = json.dumps(body).encode()
    single = next(iter(named)) if len(named) == 1 else None
    url = path_of(path, operation, own=own, victim=victim, named=named)
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
