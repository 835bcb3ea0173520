"""Which roles open which route: one table. The application refuses to start when it and the routes differ."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from serving.edge.principals import EVERYONE, Role

PUBLIC: frozenset[Role] = frozenset()
NO_ROLE: frozenset[Role] = frozenset()
MONEY = frozenset({Role.CUSTOMER, Role.PARTNER, Role.OPERATOR, Role.ADMIN})
BOOKKEEPERS = frozenset({Role.OPERATOR, Role.ADMIN})
TESTERS = frozenset({Role.PARTNER, Role.OPERATOR, Role.ADMIN})
STAFF = frozenset({Role.OPERATOR, Role.COMPLIANCE, Role.ADMIN})
KEEPERS = STAFF | {Role.PARTNER}
BANK_READERS = MONEY | {Role.RISK, Role.COMPLIANCE}
WATCHERS = frozenset({Role.RISK, Role.COMPLIANCE, Role.ANALYST, Role.ADMIN})
RISK_WRITERS = frozenset({Role.RISK, Role.ADMIN})
ERASERS = frozenset({Role.COMPLIANCE, Role.ADMIN})
COMPLIANCE_WRITERS = frozenset({Role.COMPLIANCE, Role.ADMIN})
CASE_WORKERS = frozenset({Role.RISK, Role.COMPLIANCE, Role.ADMIN})
OFFICERS = frozenset({Role.COMPLIANCE, Role.ADMIN})
# A dry run of a password would be a guess that is not counted, and a token that is given out cannot be undone.
A_CREDENTIAL = "what it gives out is a credential, and each try of a secret counts"
# A list of five thousand entries, written out.
A_LIST_BYTES = 2_000_000
COUNTED = "each try of the two amounts counts"


@dataclass(frozen=True, slots=True)
class Rule:
    """One route. `public` ones need nobody; `signs_in` ones have a limit per address of their own; `streams` ones stay open.

    `platform` ones tell of all tenants together, and so are open to the platform operator's token and to no tenant's role.
    `max_body_bytes` is for a route that takes more than others do.
    `no_dry_run` says why a route that changes something cannot be tried without being done.
    """

    method: str
    path: str
    roles: frozenset[Role]
    public: bool = False
    signs_in: bool = False
    streams: bool = False
    platform: bool = False
    no_dry_run: str | None = None
    max_body_bytes: int | None = None

    @property
    def writes(self) -> bool:
        """Whether the route changes something, so that a refusal of it is worth an audit row."""
        return self.method != "GET" and not self.public

    @property
    def tried(self) -> bool:
        """Whether `?dry_run=true` tries the route without doing it."""
        return self.method != "GET" and self.no_dry_run is None


RULES: tuple[Rule, ...] = (
    Rule("GET", "/healthz", PUBLIC, public=True),
    Rule("GET", "/readyz", PUBLIC, public=True),
    Rule("GET", "/docs", PUBLIC, public=True),
    Rule("GET", "/docs/style.css", PUBLIC, public=True),
    Rule("GET", "/openapi.json", PUBLIC, public=True),
    Rule("GET", "/problems", PUBLIC, public=True),
    Rule("GET", "/problems/{code}", PUBLIC, public=True),
    Rule("GET", "/.well-known/jwks.json", PUBLIC, public=True),
    Rule("POST", "/v1/session", PUBLIC, public=True, signs_in=True, no_dry_run=A_CREDENTIAL),
    Rule("POST", "/v1/oauth/token", PUBLIC, public=True, signs_in=True, no_dry_run=A_CREDENTIAL),
    Rule("GET", "/metrics", NO_ROLE, platform=True),
    Rule("GET", "/v1/session", EVERYONE),
    Rule("DELETE", "/v1/session", EVERYONE, no_dry_run="the end of a session is the browser's, which forgets its cookie"),
    Rule("GET", "/v1/clients", frozenset({Role.ADMIN})),
    Rule("POST", "/v1/clients", frozenset({Role.ADMIN})),
    Rule("DELETE", "/v1/clients/{client_id}", frozenset({Role.ADMIN})),
    Rule("GET", "/v1/audit", frozenset({Role.ADMIN, Role.COMPLIANCE})),
    Rule("GET", "/v1/customers", frozenset({Role.PARTNER, Role.OPERATOR, Role.COMPLIANCE, Role.ADMIN})),
    Rule("POST", "/v1/customers", frozenset({Role.PARTNER, Role.OPERATOR, Role.ADMIN})),
    Rule("GET", "/v1/customers/{customer_id}", BANK_READERS),
    Rule("PATCH", "/v1/customers/{customer_id}", MONEY),
    Rule("POST", "/v1/customers/{customer_id}/status", KEEPERS),
    Rule("GET", "/v1/customers/{customer_id}/income", BANK_READERS),
    Rule("PUT", "/v1/customers/{customer_id}/income", STAFF),
    Rule("GET", "/v1/customers/{customer_id}/devices", BANK_READERS),
    Rule("PUT", "/v1/customers/{customer_id}/devices", MONEY),
    Rule("POST", "/v1/customers/{customer_id}/devices/{device_id}/confirmation", MONEY),
    Rule("DELETE", "/v1/customers/{customer_id}/devices/{device_id}", MONEY),
    Rule("DELETE", "/v1/customers/{customer_id}/person", ERASERS),
    Rule("POST", "/v1/customers/{customer_id}/erasure", ERASERS),
    Rule("GET", "/v1/erasures/{erasure_id}", ERASERS),
    Rule("GET", "/v1/customers/{customer_id}/holds", ERASERS),
    Rule("PUT", "/v1/customers/{customer_id}/holds/{name}", ERASERS),
    Rule("DELETE", "/v1/customers/{customer_id}/holds/{name}", ERASERS),
    Rule("GET", "/v1/products", BANK_READERS),
    Rule("POST", "/v1/products", BOOKKEEPERS),
    Rule("GET", "/v1/products/{code}/{currency}", BANK_READERS),
    Rule("PATCH", "/v1/products/{code}/{currency}", BOOKKEEPERS),
    Rule("GET", "/v1/accounts", BANK_READERS),
    Rule("POST", "/v1/accounts", MONEY),
    Rule("GET", "/v1/accounts/{account_id}", BANK_READERS),
    Rule("PATCH", "/v1/accounts/{account_id}", MONEY),
    Rule("POST", "/v1/accounts/{account_id}/status", KEEPERS),
    Rule("GET", "/v1/accounts/{account_id}/holders", BANK_READERS),
    Rule("PUT", "/v1/accounts/{account_id}/holders/{customer_id}", MONEY),
    Rule("DELETE", "/v1/accounts/{account_id}/holders/{customer_id}", MONEY),
    Rule("GET", "/v1/accounts/{account_id}/withdrawal-notices", BANK_READERS),
    Rule("PUT", "/v1/accounts/{account_id}/withdrawal-notices/{day}", MONEY),
    Rule("DELETE", "/v1/accounts/{account_id}/withdrawal-notices/{day}", MONEY),
    Rule("GET", "/v1/accounts/{account_id}/balance", BANK_READERS),
    Rule("GET", "/v1/accounts/{account_id}/entries", BANK_READERS),
    Rule("GET", "/v1/accounts/{account_id}/limits", BANK_READERS),
    Rule("PATCH", "/v1/accounts/{account_id}/limits", KEEPERS),
    Rule("PUT", "/v1/accounts/{account_id}/limits/{channel}/{scope}", MONEY),
    Rule("DELETE", "/v1/accounts/{account_id}/limits/{channel}/{scope}", MONEY),
    Rule("GET", "/v1/goals", BANK_READERS),
    Rule("POST", "/v1/goals", MONEY),
    Rule("GET", "/v1/goals/{goal_id}", BANK_READERS),
    Rule("PATCH", "/v1/goals/{goal_id}", MONEY),
    Rule("DELETE", "/v1/goals/{goal_id}", MONEY),
    Rule("POST", "/v1/goals/{goal_id}/moves", MONEY),
    Rule("GET", "/v1/budgets", BANK_READERS),
    Rule("POST", "/v1/budgets", MONEY),
    Rule("GET", "/v1/budgets/{budget_id}", BANK_READERS),
    Rule("PATCH", "/v1/budgets/{budget_id}", MONEY),
    Rule("DELETE", "/v1/budgets/{budget_id}", MONEY),
    Rule("GET", "/v1/insights/budgets", BANK_READERS),
    Rule("GET", "/v1/insights/unusual", BANK_READERS),
    Rule("GET", "/v1/insights/calendar", BANK_READERS),
    Rule("GET", "/v1/insights/health", BANK_READERS),
    Rule("GET", "/v1/insights/recommendations", BANK_READERS),
    Rule("GET", "/v1/suitability", BANK_READERS),
    Rule("PUT", "/v1/suitability", MONEY),
    Rule("GET", "/v1/beneficiaries", BANK_READERS),
    Rule("POST", "/v1/beneficiaries", MONEY),
    Rule("GET", "/v1/beneficiaries/{beneficiary_id}", BANK_READERS),
    Rule("PATCH", "/v1/beneficiaries/{beneficiary_id}", MONEY),
    Rule("DELETE", "/v1/beneficiaries/{beneficiary_id}", MONEY),
    Rule("GET", "/v1/accounts/{account_id}/statement", BANK_READERS),
    Rule("GET", "/v1/external-accounts", BANK_READERS),
    Rule("POST", "/v1/external-accounts", MONEY),
    Rule("GET", "/v1/external-accounts/{external_account_id}", BANK_READERS),
    Rule("POST", "/v1/external-accounts/{external_account_id}/proofs", MONEY, no_dry_run=COUNTED),
    Rule("POST", "/v1/external-accounts/{external_account_id}/statement", STAFF),
    Rule("DELETE", "/v1/external-accounts/{external_account_id}", MONEY),
    Rule("GET", "/v1/accounts/{account_id}/transactions", BANK_READERS),
    Rule("PATCH", "/v1/accounts/{account_id}/transactions/{transfer_id}", MONEY),
    Rule("GET", "/v1/accounts/{account_id}/spending", BANK_READERS),
    Rule("POST", "/v1/transfers", MONEY),
    Rule("GET", "/v1/transfers/{transfer_id}", BANK_READERS),
    Rule("POST", "/v1/transfers/{transfer_id}/resolution", CASE_WORKERS),
    Rule("POST", "/v1/transfers/{transfer_id}/reversals", BOOKKEEPERS),
    Rule("POST", "/v1/suspense", BOOKKEEPERS),
    Rule("GET", "/v1/suspense", BOOKKEEPERS | {Role.COMPLIANCE}),
    Rule("GET", "/v1/suspense/balances", BOOKKEEPERS | {Role.COMPLIANCE}),
    Rule("GET", "/v1/suspense/{item_id}", BOOKKEEPERS | {Role.COMPLIANCE}),
    Rule("POST", "/v1/suspense/{item_id}/resolution", BOOKKEEPERS),
    Rule("POST", "/v1/suspense/{item_id}/judgement", BOOKKEEPERS),
    Rule("GET", "/v1/charges", BOOKKEEPERS),
    Rule("POST", "/v1/charges/{charge_id}/waiver", BOOKKEEPERS),
    Rule("GET", "/v1/exchange/rates", BANK_READERS),
    Rule("PUT", "/v1/exchange/rates/{pair}", BOOKKEEPERS),
    Rule("POST", "/v1/exchange/quotes", MONEY),
    Rule("GET", "/v1/exchange/quotes/{quote_id}", MONEY),
    Rule("POST", "/v1/exchanges", MONEY),
    Rule("GET", "/v1/exchange/positions", BOOKKEEPERS),
    Rule("GET", "/v1/schedules", BANK_READERS),
    Rule("POST", "/v1/schedules", MONEY),
    Rule("GET", "/v1/schedules/{schedule_id}", BANK_READERS),
    Rule("PATCH", "/v1/schedules/{schedule_id}", MONEY),
    Rule("DELETE", "/v1/schedules/{schedule_id}", MONEY),
    Rule("POST", "/v1/schedules/{schedule_id}/action", MONEY),
    Rule("GET", "/v1/schedules/{schedule_id}/dates", BANK_READERS),
    Rule("GET", "/v1/schedules/{schedule_id}/runs", BANK_READERS),
    Rule("GET", "/v1/sandbox/clock", TESTERS),
    Rule("POST", "/v1/sandbox/clock", TESTERS),
    Rule("POST", "/v1/sandbox/deposits", TESTERS),
    Rule("GET", "/v1/ledger/head", BANK_READERS),
    Rule("GET", "/v1/ledger/blocks", BANK_READERS),
    Rule("GET", "/v1/ledger/blocks/{height}", BANK_READERS),
    Rule("GET", "/v1/ledger/keys", BANK_READERS),
    Rule("GET", "/v1/ledger/transfers/{transfer_id}/proof", BANK_READERS),
    Rule("GET", "/v1/decisions", WATCHERS),
    Rule("GET", "/v1/decisions/{transaction_id}", WATCHERS),
    Rule("GET", "/v1/alerts", CASE_WORKERS | {Role.ANALYST}),
    Rule("GET", "/v1/alerts/{alert_id}", CASE_WORKERS | {Role.ANALYST}),
    Rule("POST", "/v1/alerts/{alert_id}/status", CASE_WORKERS),
    Rule("GET", "/v1/cases", CASE_WORKERS),
    Rule("POST", "/v1/cases", CASE_WORKERS),
    Rule("GET", "/v1/cases/due", CASE_WORKERS),
    Rule("GET", "/v1/cases/queues", CASE_WORKERS),
    Rule("GET", "/v1/cases/quiet", CASE_WORKERS),
    Rule("GET", "/v1/cases/{case_id}", CASE_WORKERS),
    Rule("POST", "/v1/cases/{case_id}/assignment", CASE_WORKERS),
    Rule("POST", "/v1/cases/{case_id}/notes", CASE_WORKERS),
    Rule("POST", "/v1/cases/{case_id}/evidence", CASE_WORKERS),
    Rule("GET", "/v1/cases/{case_id}/evidence/{evidence_id}", CASE_WORKERS),
    Rule("POST", "/v1/cases/{case_id}/decision", CASE_WORKERS),
    Rule("POST", "/v1/cases/{case_id}/judgement", CASE_WORKERS),
    Rule("GET", "/v1/cases/{case_id}/trail", CASE_WORKERS),
    Rule("GET", "/v1/reports", OFFICERS),
    Rule("POST", "/v1/reports", OFFICERS),
    Rule("GET", "/v1/reports/{report_id}", OFFICERS),
    Rule("POST", "/v1/reports/{report_id}/export", OFFICERS),
    Rule("GET", "/v1/reports/{report_id}/document", OFFICERS),
    Rule("POST", "/v1/reports/{report_id}/receipt", OFFICERS),
    Rule("GET", "/v1/freezes", OFFICERS),
    Rule("POST", "/v1/freezes", OFFICERS),
    Rule("GET", "/v1/freezes/{freeze_id}", OFFICERS),
    Rule("POST", "/v1/freezes/{freeze_id}/lifting", OFFICERS),
    Rule("POST", "/v1/freezes/{freeze_id}/judgement", OFFICERS),
    Rule("GET", "/v1/blocks", OFFICERS),
    Rule("POST", "/v1/blocks", OFFICERS),
    Rule("GET", "/v1/blocks/{block_id}", OFFICERS),
    Rule("POST", "/v1/blocks/{block_id}/proposal", OFFICERS),
    Rule("POST", "/v1/blocks/{block_id}/judgement", OFFICERS),
    Rule("GET", "/v1/med", OFFICERS),
    Rule("POST", "/v1/med", OFFICERS),
    Rule("GET", "/v1/med/{dispute_id}", OFFICERS),
    Rule("GET", "/v1/med/{dispute_id}/trail", OFFICERS),
    Rule("POST", "/v1/med/{dispute_id}/acknowledgement", OFFICERS),
    Rule("POST", "/v1/med/{dispute_id}/analysis", OFFICERS),
    Rule("POST", "/v1/med/{dispute_id}/judgement", OFFICERS),
    Rule("POST", "/v1/med/{dispute_id}/refund", OFFICERS),
    Rule("POST", "/v1/med/{dispute_id}/cancellation", OFFICERS),
    Rule("GET", "/v1/recoveries", OFFICERS),
    Rule("POST", "/v1/recoveries", OFFICERS),
    Rule("GET", "/v1/recoveries/{recovery_id}", OFFICERS),
    Rule("GET", "/v1/recoveries/{recovery_id}/trail", OFFICERS),
    Rule("POST", "/v1/recoveries/{recovery_id}/sending", OFFICERS),
    Rule("POST", "/v1/recoveries/{recovery_id}/answer", OFFICERS),
    Rule("POST", "/v1/recoveries/{recovery_id}/request", OFFICERS),
    Rule("POST", "/v1/recoveries/{recovery_id}/return", OFFICERS),
    Rule("POST", "/v1/recoveries/{recovery_id}/refusal", OFFICERS),
    Rule("POST", "/v1/recoveries/{recovery_id}/judgement", OFFICERS),
    Rule("POST", "/v1/recoveries/{recovery_id}/cancellation", OFFICERS),
    Rule("GET", "/v1/graph/accounts/{account_id}/neighbours", CASE_WORKERS | {Role.ANALYST}),
    Rule("GET", "/v1/graph/accounts/{account_id}/cycles", CASE_WORKERS | {Role.ANALYST}),
    Rule("GET", "/v1/graph/accounts/{account_id}/shared", CASE_WORKERS | {Role.ANALYST}),
    Rule("GET", "/v1/graph/accounts/{account_id}/structure", CASE_WORKERS | {Role.ANALYST}),
    Rule("GET", "/v1/graph/accounts/{account_id}/score", CASE_WORKERS | {Role.ANALYST}),
    Rule("GET", "/v1/graph/paths", CASE_WORKERS | {Role.ANALYST}),
    Rule("GET", "/v1/graph/transfers/{transfer_id}/trace", CASE_WORKERS | {Role.ANALYST}),
    Rule("POST", "/v1/score", frozenset({Role.PARTNER, Role.RISK, Role.ANALYST, Role.ADMIN})),
    Rule("GET", "/v1/analytics/summary", WATCHERS),
    Rule("GET", "/v1/analytics/daily", WATCHERS),
    Rule("GET", "/v1/analytics/datasets", WATCHERS),
    Rule("GET", "/v1/analytics/series", WATCHERS),
    Rule("GET", "/v1/analytics/breakdown", WATCHERS),
    Rule("GET", "/v1/analytics/export", WATCHERS),
    Rule("GET", "/v1/analytics/customers/{customer_id}/dashboard", BANK_READERS | WATCHERS),
    Rule("GET", "/v1/forecasts/cash-flow", BANK_READERS | {Role.ANALYST}),
    Rule("GET", "/v1/forecasts/liquidity", STAFF | WATCHERS),
    Rule("GET", "/v1/insights/recurring", BANK_READERS | {Role.ANALYST}),
    Rule("GET", "/v1/risk/vocabulary", WATCHERS),
    Rule("GET", "/v1/risk/policies", WATCHERS),
    Rule("POST", "/v1/risk/policies", RISK_WRITERS),
    Rule("POST", "/v1/risk/policies/check", WATCHERS),
    Rule("GET", "/v1/risk/policies/active", WATCHERS),
    Rule("GET", "/v1/risk/policies/{version}", WATCHERS),
    Rule("POST", "/v1/risk/policies/{version}/judgement", RISK_WRITERS),
    Rule("POST", "/v1/risk/policies/{version}/activation", RISK_WRITERS),
    Rule("GET", "/v1/risk/lists", WATCHERS),
    Rule("POST", "/v1/risk/lists", RISK_WRITERS),
    Rule("GET", "/v1/risk/lists/{list_id}/entries", WATCHERS),
    Rule("POST", "/v1/risk/lists/{list_id}/entries", CASE_WORKERS),
    Rule("DELETE", "/v1/risk/lists/{list_id}/entries/{value}", CASE_WORKERS),
    Rule("GET", "/v1/risk/simulations", WATCHERS),
    Rule("POST", "/v1/risk/simulations", RISK_WRITERS),
    Rule("GET", "/v1/risk/simulations/{simulation_id}", WATCHERS),
    Rule("POST", "/v1/risk/simulations/{simulation_id}/cancellation", RISK_WRITERS),
    Rule("GET", "/v1/risk/models", WATCHERS),
    Rule("GET", "/v1/risk/models/{version}", WATCHERS),
    Rule("GET", "/v1/risk/moves", WATCHERS),
    Rule("POST", "/v1/risk/moves", RISK_WRITERS),
    Rule("GET", "/v1/risk/moves/{move_id}", WATCHERS),
    Rule("GET", "/v1/scenarios", WATCHERS),
    Rule("GET", "/v1/scenarios/{scenario}/versions", WATCHERS),
    Rule("POST", "/v1/scenarios/{scenario}/versions", COMPLIANCE_WRITERS),
    Rule("GET", "/v1/scenarios/{scenario}/versions/{version_id}", WATCHERS),
    Rule("POST", "/v1/scenarios/{scenario}/versions/{version_id}/trial", COMPLIANCE_WRITERS),
    Rule("POST", "/v1/scenarios/{scenario}/versions/{version_id}/judgement", COMPLIANCE_WRITERS),
    Rule("POST", "/v1/scenarios/{scenario}/versions/{version_id}/withdrawal", COMPLIANCE_WRITERS),
    Rule("GET", "/v1/screening/changes", CASE_WORKERS),
    Rule("POST", "/v1/screening/changes", COMPLIANCE_WRITERS, max_body_bytes=A_LIST_BYTES),
    Rule("POST", "/v1/screening/changes/check", COMPLIANCE_WRITERS, max_body_bytes=A_LIST_BYTES),
    Rule("GET", "/v1/screening/changes/{change_id}", CASE_WORKERS),
    Rule("POST", "/v1/screening/changes/{change_id}/judgement", COMPLIANCE_WRITERS),
    Rule("POST", "/v1/screening/changes/{change_id}/withdrawal", COMPLIANCE_WRITERS),
    Rule("GET", "/v1/screening/unnamed-payers", CASE_WORKERS),
    Rule("POST", "/v1/screening/unnamed-payers", COMPLIANCE_WRITERS),
    Rule("POST", "/v1/screening/unnamed-payers/{unnamed_change_id}/judgement", COMPLIANCE_WRITERS),
    Rule("POST", "/v1/screening/unnamed-payers/{unnamed_change_id}/withdrawal", COMPLIANCE_WRITERS),
    Rule("GET", "/v1/inbound-payers/{payer_id}", KEEPERS),
    Rule("PUT", "/v1/inbound-payers/{payer_id}", TESTERS),
    Rule("POST", "/v1/screening/search", CASE_WORKERS | {Role.OPERATOR}),
    Rule("GET", "/v1/screening/lists", WATCHERS),
    Rule("GET", "/v1/screening/lists/{list_id}/versions", WATCHERS),
    Rule("GET", "/v1/screening/lists/{list_id}/versions/{list_version}", CASE_WORKERS),
    Rule("GET", "/v1/screening/hits", CASE_WORKERS),
    Rule("GET", "/v1/screening/hits/{hit_id}", CASE_WORKERS),
    Rule("POST", "/v1/screening/hits/{hit_id}/verdict", CASE_WORKERS),
    Rule("POST", "/v1/screening/hits/{hit_id}/judgement", CASE_WORKERS),
    Rule("GET", "/v1/live", WATCHERS, streams=True),
)

_PARAMETER = re.compile(r"\{[a-z_]+\}")


class AccessTable:
    """Finds the rule of a request without asking the router."""

    def __init__(self, rules: Iterable[Rule] = RULES) -> None:
        self.rules = tuple(rules)
        self._exact: dict[tuple[str, str], Rule] = {}
        self._patterns: list[tuple[str, re.Pattern[str], Rule]] = []
        for rule in self.rules:
            if "{" in rule.path:
                pattern = re.compile("[^/]+".join(re.escape(part) for part in _PARAMETER.split(rule.path)))
                self._patterns.append((rule.method, pattern, rule))
            else:
                self._exact[rule.method, rule.path] = rule

    def rule_for(self, method: str, path: str) -> Rule | None:
        """Return the rule, or None when no route takes this method at this path."""
        exact = self._exact.get((method, path))
        if exact is not None:
            return exact
        return next((rule for verb, pattern, rule in self._patterns if verb == method and pattern.fullmatch(path)), None)

    def check_routes(self, routes: Iterable[tuple[str, str]]) -> None:
        """Raise ValueError unless the application's (method, path) pairs are exactly the table's."""
        there, ruled = set(routes), {(rule.method, rule.path) for rule in self.rules}
        if there != ruled:
            raise ValueError(f"routes without a rule: {sorted(there - ruled)}; rules without a route: {sorted(ruled - there)}")
