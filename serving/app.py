"""The application: the routes of every noun, behind the gateway. `python -m serving.app` prints its OpenAPI description."""

import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from kit.clock import Clock, SystemClock
from kit.settings import REPOSITORY_ROOT, Settings
from serving import operations
from serving.accounts import endpoints as accounts
from serving.analytics import endpoints as analytics
from serving.beneficiaries import endpoints as beneficiaries
from serving.blocks import endpoints as blocks
from serving.budgets import endpoints as budgets
from serving.cases import endpoints as cases
from serving.casework import endpoints as casework
from serving.chain import endpoints as chain
from serving.charges import endpoints as charges
from serving.customers import endpoints as customers
from serving.decisions import endpoints as decisions
from serving.devices import endpoints as devices
from serving.edge import dry_run, problems
from serving.edge.access import AccessTable
from serving.edge.frontend import Frontend
from serving.edge.gateway import Gateway
from serving.edge.openapi import complete_examples, refusals
from serving.erasures import endpoints as erasures
from serving.exchange import endpoints as exchange
from serving.external import endpoints as external_accounts
from serving.forecasts import endpoints as forecasts
from serving.freezes import endpoints as freezes
from serving.goals import endpoints as goals
from serving.graph import endpoints as graph
from serving.history import endpoints as history
from serving.holders import endpoints as holders
from serving.identity import endpoints as identity
from serving.inbound_payers import endpoints as inbound_payers
from serving.incomes import endpoints as incomes
from serving.insights import endpoints as insights
from serving.limits import endpoints as limits
from serving.list_changes import endpoints as list_changes
from serving.live import endpoints as live
from serving.med import endpoints as med
from serving.models import endpoints as models
from serving.notices import endpoints as notices
from serving.payments import endpoints as payments
from serving.products import endpoints as products
from serving.recoveries import endpoints as recoveries
from serving.recurring import endpoints as recurring
from serving.reports import endpoints as reports
from serving.resources import Options, open_resources
from serving.reversals import endpoints as reversals
from serving.risk import endpoints as risk
from serving.sandbox import endpoints as sandbox
from serving.scenarios import endpoints as scenarios
from serving.schedules import endpoints as schedules
from serving.scoring import endpoints as scoring
from serving.screening import endpoints as screening
from serving.statements import endpoints as statements
from serving.suitability import endpoints as suitability
from serving.suspense import endpoints as suspense
from serving.unnamed_payers import endpoints as unnamed_payers

VERSION = "1.0.0"
DESCRIPTION = (
    "Accounts, transfers that are decided before money moves, decisions, alerts, analytics and a live feed. "
    "Every refusal is a problem (RFC 9457) whose `type` has a page under /problems."
)
FRONTEND_FOLDER = REPOSITORY_ROOT / "frontend" / "dist"
# What the gateway may answer to any request, and to any that has a body.
ANYWHERE = (429, 503)
OF_BODIES = (400, 413)
# A path that is named in part may be one that no route has: with a control character in it, for one.
OF_NAMES = (404,)
ROUTERS = (
    payments.router,
    schedules.router,
    sandbox.router,
    accounts.router,
    statements.router,
    exchange.router,
    history.router,
    reversals.router,
    suspense.router,
    charges.router,
    identity.router,
    customers.router,
    erasures.router,
    products.router,
    holders.router,
    limits.router,
    incomes.router,
    devices.router,
    notices.router,
    beneficiaries.router,
    goals.router,
    budgets.router,
    insights.router,
    suitability.router,
    external_accounts.router,
    decisions.router,
    cases.router,
    casework.router,
    reports.router,
    freezes.router,
    blocks.router,
    med.router,
    recoveries.router,
    graph.router,
    chain.router,
    analytics.router,
    forecasts.router,
    recurring.router,
    scoring.router,
    risk.router,
    scenarios.router,
    list_changes.router,
    screening.router,
    inbound_payers.router,
    unnamed_payers.router,
    models.router,
    live.router,
    operations.router,
)


def api(access: AccessTable) -> FastAPI:
    """Return the application without gateway or resources. Raises ValueError unless each route has a rule."""
    app = FastAPI(title="BaaS Ultra", version=VERSION, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app)
    access.check_routes(routes())
    app.openapi = lambda: describe(app, access)  # type: ignore[method-assign]
    return app


def routes() -> Iterator[tuple[str, str]]:
    """Yield (method, path) of every route."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield from ((method, route.path) for method in route.methods or ())


def describe(app: FastAPI, access: AccessTable) -> dict[str, Any]:
    """Return OpenAPI 3.1, with the credentials and roles that the access table asks for, and what any route may answer."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    schema = get_openapi(title=app.title, version=app.version, routes=app.routes, description=DESCRIPTION)
    schema.setdefault("components", {})["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        "session": {"type": "apiKey", "in": "cookie", "name": "baas_session"},
    }
    schema["components"]["responses"] = {
        str(status): answer for status, answer in refusals(*ANYWHERE, *OF_BODIES, *OF_NAMES).items()
    }
    complete_examples(schema)
    for path, operations_of_path in schema["paths"].items():
        for method, operation in operations_of_path.items():
            rule = access.rule_for(method.upper(), path)
            if rule is not None and rule.tried:
                operation.setdefault("parameters", []).append(dry_run.PARAMETER)
            of_bodies = OF_BODIES if "requestBody" in operation else ()
            for status in (*ANYWHERE, *of_bodies, *(OF_NAMES if "{" in path else ())):
                operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/{status}"})
            if rule is None or rule.public:
                continue
            operation["security"] = [{"bearer": []}, {"apiKey": []}, {"session": []}]
            operation["x-roles"] = sorted(rule.roles)
    app.openapi_schema = schema
    return schema


def openapi_text() -> str:
    """Return the description as it is published in docs/openapi.json."""
    return json.dumps(api(AccessTable()).openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def create_app(settings: Settings, *, clock: Clock | None = None, options: Options | None = None) -> ASGIApp:
    """Return the ASGI application of one worker; its lifespan opens and closes everything it needs."""
    clock, options = clock or SystemClock(), options or Options()
    access = AccessTable()
    app = api(access)
    app.router.default = Frontend(FRONTEND_FOLDER)
    gateway = Gateway(app, access=access, limits=options.limits)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_resources(settings, clock=clock) as resources:
            app.state.resources = resources
            gateway.attach(
                authenticator=resources.authenticator,
                audit_refusal=resources.identity.audit_refusal,
                handlers={("POST", "/v1/transfers"): partial(payments.transfer, resources.transfers)},
            )
            yield

    app.router.lifespan_context = lifespan
    return gateway


if __name__ == "__main__":
    sys.stdout.write(openapi_text())
