"""From the words of a request to what is read: every name is looked up in the catalogue, every value is bound. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from serving.analytics.catalogue import Dataset, Dimension, Measure, Unit
from serving.analytics.datasets import dataset_of
from serving.edge.errors import InvalidRequest

MAX_DAYS = 400
DEFAULT_DAYS = 90
MAX_FILTERS = 8


class Every(StrEnum):
    """How long each point of a series is. Weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the half-open period [first, past)."""

    first: date
    past: date


@dataclass(frozen=True, slots=True)
class Asked:
    """What is read of a dataset. `period` is None where its rows are no day's."""

    dataset: Dataset
    measure: Measure
    by: Dimension | None
    period: Period | None
    filters: tuple[tuple[Dimension, str], ...]

    @property
    def currency(self) -> str | None:
        """The column by which the numbers are kept apart besides, because amounts of two currencies have no sum."""
        return self.dataset.currency if self.measure.unit is Unit.MINOR else None


def period_of(first: date | None, past: date | None, *, today: date) -> Period:
    """Return the period asked for, 90 days up to and with today when none is. Raises InvalidRequest: empty, or too long."""
    past = past or today + timedelta(days=1)
    if first is None:
        first = past - min(timedelta(days=DEFAULT_DAYS), past - date.min)
    if not timedelta(0) < past - first <= timedelta(days=MAX_DAYS):
        raise InvalidRequest(f"from: must be before to, and at most {MAX_DAYS} days before it", field="from")
    return Period(first, past)


def asked_of(
    *,
    dataset: str,
    metric: str | None,
    by: str | None,
    filters: Sequence[str],
    first: date | None,
    past: date | None,
    today: date,
) -> Asked:
    """Return what is read. `filters` are `dimension:value`, of which all must hold.

    Raises UnknownDataset, UnknownMetric, UnknownDimension, InvalidRequest.
    """
    found = dataset_of(dataset)
    if len(filters) > MAX_FILTERS:
        raise InvalidRequest(f"filter: at most {MAX_FILTERS} are read", field="filter")
    return Asked(
        dataset=found,
        measure=found.measure(metric),
        by=found.dimension(by, field="by") if by is not None else None,
        period=period_of(first, past, today=today) if found.day else None,
        filters=tuple(_filter(found, each) for each in filters),
    )


def _filter(dataset: Dataset, text: str) -> tuple[Dimension, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise InvalidRequest("filter: say dimension:value, for example channel:pix", field="filter")
    return dataset.dimension(name, field="filter"), value


def tag_of(what: object, *, tenant_id: str, as_of: datetime | None) -> str:
    """Return the ETag of an answer: it changes when the marts are built anew, and with what was asked.

    The marts change in a build alone, so that an answer can be known to be the same without reading it.
    """
    told = repr((tenant_id, as_of and as_of.isoformat(), what)).encode()
    return f'"{hashlib.sha256(told).hexdigest()[:32]}"'
