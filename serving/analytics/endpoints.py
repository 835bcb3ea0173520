"""Routes: the bank's days in short, and any mart of the catalogue as a series, a breakdown, a file, a customer's dashboard.

Answers carry an ETag that changes when the marts are built anew: who sends it back in If-None-Match is told 304.
"""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel

from serving.analytics import schemas
from serving.analytics.asked import Every, asked_of, period_of
from serving.analytics.datasets import DATASETS, DEFAULT
from serving.analytics.export import MEDIA_TYPES, FileFormat, chunks
from serving.analytics.schemas import CatalogueOfDatasets, DailyPage, Summary
from serving.analytics.service import Answer
from serving.dependencies import Caller, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Limit
from serving.edge.schemas import CustomerId, Text

router = APIRouter(tags=["analytics"])

# Asked again each time, and answered from the asker's own copy when nothing is new.
_REVALIDATED = "private, no-cache"
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "What the asker has is still what there is"}}
_MAX_NAME_LENGTH = 64
_MAX_FILTER_LENGTH = 200
_Name = Annotated[Text, Query(min_length=1, max_length=_MAX_NAME_LENGTH)]
First = Annotated[date | None, Query(alias="from", description="First day; 90 days before `to` when absent")]
Past = Annotated[date | None, Query(alias="to", description="The day after the last; tomorrow when absent")]
Metric = Annotated[Text | None, Query(max_length=_MAX_NAME_LENGTH, description="The dataset's first when absent")]
Filters = Annotated[
    list[Annotated[Text, Query(max_length=_MAX_FILTER_LENGTH)]],
    Query(alias="filter", description="`dimension:value`; rows that fulfil all of them count"),
]
Known = Annotated[str | None, Header(alias="If-None-Match", max_length=1_000, description="ETags of what the asker has")]


@router.get("/v1/analytics/summary", response_model=Summary, responses=refusals(401, 403, 503))
async def summary(principal: Caller, parts: Parts) -> dict[str, object]:
    """Say what the bank moved and what its decisions were worth, over all days."""
    return await parts.analytics.summary(principal)


@router.get("/v1/analytics/daily", response_model=DailyPage, responses=refusals(401, 403, 422, 503))
async def daily(principal: Caller, parts: Parts, first: First = None, past: Past = None) -> dict[str, object]:
    """List days and channels of the half-open period [from, to)."""
    rows, as_of = await parts.analytics.daily(principal, first=first, past=past, today=_today(parts))
    return {"items": rows, "as_of": as_of, "next_cursor": None}


@router.get("/v1/analytics/datasets", response_model=CatalogueOfDatasets, responses=refusals(401, 403))
async def datasets(_principal: Caller) -> dict[str, object]:
    """List what can be asked for: each dataset with its grain, dimensions and metrics."""
    return {"items": [schemas.shown(dataset) for dataset in DATASETS]}


@router.get("/v1/analytics/series", response_model=schemas.Series, responses={**_UNCHANGED, **refusals(401, 403, 422, 503)})
async def series(
    principal: Caller,
    parts: Parts,
    dataset: _Name = DEFAULT,
    metric: Metric = None,
    by: Annotated[Text | None, Query(max_length=_MAX_NAME_LENGTH, description="A line for each value of a dimension")] = None,
    every: Every = Every.DAY,
    filters: Filters = [],  # noqa: B006 (read only; a factory is not shown in the description)
    first: First = None,
    past: Past = None,
    known: Known = None,
) -> Response:
    """Return a metric over the half-open period [from, to), a point a day, week (from Monday) or month.

    Amounts come a point a currency. A day on which nothing was counted has no point.
    """
    asked = asked_of(dataset=dataset, metric=metric, by=by, filters=filters, first=first, past=past, today=_today(parts))
    return _answered(await parts.analytics.series(principal, asked, every=every, known=known), schemas.Series)


@router.get(
    "/v1/analytics/breakdown", response_model=schemas.Breakdown, responses={**_UNCHANGED, **refusals(401, 403, 422, 503)}
)
async def breakdown(
    principal: Caller,
    parts: Parts,
    dataset: _Name = DEFAULT,
    metric: Metric = None,
    by: Annotated[
        Text | None, Query(max_length=_MAX_NAME_LENGTH, description="The dimension; the whole alone when absent")
    ] = None,
    filters: Filters = [],  # noqa: B006
    first: First = None,
    past: Past = None,
    limit: Limit = DEFAULT_LIMIT,
    known: Known = None,
) -> Response:
    """Return a metric over the half-open period [from, to) by the values of a dimension, the largest first."""
    asked = asked_of(dataset=dataset, metric=metric, by=by, filters=filters, first=first, past=past, today=_today(parts))
    return _answered(await parts.analytics.breakdown(principal, asked, limit=limit, known=known), schemas.Breakdown)


@router.get(
    "/v1/analytics/export",
    response_class=Response,
    responses={
        200: {
            "description": "The rows, in the format asked for",
            "content": {
                kind.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()
            },
        },
        **_UNCHANGED,
        **refusals(401, 403, 422, 503),
    },
)
async def export(
    principal: Caller,
    parts: Parts,
    dataset: _Name = DEFAULT,
    form: Annotated[FileFormat, Query(alias="format")] = "csv",
    filters: Filters = [],  # noqa: B006
    first: First = None,
    past: Past = None,
    known: Known = None,
) -> Response:
    """Return the dataset's rows of the half-open period [from, to) as a file, in order of its keys.

    At most 500,000 rows; more are refused (`export-too-long`), never left out.
    """
    asked = asked_of(dataset=dataset, metric=None, by=None, filters=filters, first=first, past=past, today=_today(parts))
    file = await parts.analytics.export(principal, asked, form=form, known=known)
    headers = {"ETag": file.tag, "Cache-Control": _REVALIDATED}
    if file.content is None:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    days = f"-{asked.period.first}-{asked.period.past}" if asked.period else ""
    headers["Content-Disposition"] = f'attachment; filename="{asked.dataset.name}{days}.{form}"'
    return StreamingResponse(chunks(file.content), media_type=MEDIA_TYPES[form], headers=headers)


@router.get(
    "/v1/analytics/customers/{customer_id}/dashboard",
    response_model=schemas.Dashboard,
    responses={**_UNCHANGED, **refusals(401, 403, 404, 422, 503)},
)
async def dashboard(
    customer_id: CustomerId, principal: Caller, parts: Parts, first: First = None, past: Past = None, known: Known = None
) -> Response:
    """Return what a customer's posted transactions moved in the half-open period [from, to), by day and by channel."""
    period = period_of(first, past, today=_today(parts))
    return _answered(await parts.analytics.dashboard(principal, customer_id, period, known=known), schemas.Dashboard)


def _today(parts: Parts) -> date:
    return datetime.fromtimestamp(parts.clock.now_ms() / 1000, UTC).date()


def _answered(answer: Answer, schema: type[BaseModel]) -> Response:
    headers = {"ETag": answer.tag, "Cache-Control": _REVALIDATED}
    if answer.content is None:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    text = schema.model_validate(answer.content).model_dump_json(by_alias=True)
    return Response(text, media_type="application/json", headers=headers)
