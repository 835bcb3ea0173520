"""Routes for those who run and those who read: health, readiness, metrics, documentation."""

import asyncio

import orjson
import psycopg
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from starlette.responses import HTMLResponse

from kit.errors import NotFound
from serving.dependencies import Parts
from serving.edge import openapi

router = APIRouter(include_in_schema=False)
READY_WAIT_S = 1.0


async def obstacle_of(pool: AsyncConnectionPool) -> str | None:
    """Say why a database cannot be used now, or None when it can."""
    try:
        async with asyncio.timeout(READY_WAIT_S), pool.connection() as connection:
            await connection.execute("select 1")
    except (TimeoutError, PoolTimeout, psycopg.Error) as problem:
        return type(problem).__name__
    return None


@router.get("/healthz")
async def healthz() -> dict[str, bool]:
    """Say that the process is alive."""
    return {"alive": True}


@router.get("/readyz")
async def readyz(parts: Parts, response: Response) -> dict[str, object]:
    """Say whether money can be moved. What only limits what can be done, or is done later, is told beside it."""
    core, warehouse = await asyncio.gather(obstacle_of(parts.core), obstacle_of(parts.warehouse))
    if core is not None:
        response.status_code = 503
    return {
        "ready": core is None,
        "obstacle": core and f"core: {core}",
        "warehouse": warehouse or "there",
        "sweeper": parts.sweeper.obstacle or "running",
    }


@router.get("/metrics")
async def metrics() -> Response:
    """Give this worker's metrics to Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/openapi.json")
async def openapi_json(request: Request) -> Response:
    """Return the OpenAPI description."""
    return Response(orjson.dumps(request.app.openapi()), media_type="application/json")


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Return the list of routes."""
    return HTMLResponse(openapi.docs_page(request.app.openapi()))


@router.get("/docs/style.css")
async def style() -> Response:
    """Return the style sheet of the documentation."""
    return Response(openapi.STYLE, media_type="text/css")


@router.get("/problems")
async def problems() -> HTMLResponse:
    """Return the list of problem types."""
    return HTMLResponse(openapi.problems_page())


@router.get("/problems/{code}")
async def problem(code: str) -> HTMLResponse:
    """Return the page of one problem type."""
    found = openapi.problem_page(code)
    if found is None:
        raise NotFound(f"no problem is called {code[:64]}")
    return HTMLResponse(found)
