"""Reads profiles from the online store and publishes them as control records, which the scorer copies into its log."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan
from typing import Any

import msgspec

from contracts.controls import ProfileControl
from contracts.topics import CONTROLS
from feature_store.profiles import HABITS
from kit.clock import Clock, SystemClock
from kit.errors import Unavailable
from kit.ids import derived_id
from kit.kafka import producer, topic_name
from kit.postgres import connect
from kit.settings import Settings
from pipelines.profiles.repository import Profiled, profiled
from pipelines.profiles.store import PROJECT, open_store

READING_ROLE = "audit"
ENTITY = "customer"
BATCH_ENTITIES = 1_000
ACKNOWLEDGED_S = 60.0
NAMESPACE = uuid.UUID("6f1f6a5e-3c0b-5f0e-9b43-3f6f0f7f3a10")


class ProfilesNotPublished(Unavailable):
    """Kafka did not acknowledge every profile. Publishing again is harmless: a control is applied once by its id."""

    code = "profiles-not-published"
    title = "Kafka did not take every profile"
    remedy = "Look at the broker, then materialise again."


def publish(settings: Settings, *, clock: Clock | None = None, project: str = PROJECT) -> int:
    """Publish the online profile of every customer; return how many. Raises ProfilesNotPublished."""
    clock = clock or SystemClock()
    with connect(settings.warehouse.dsn(READING_ROLE), application="profiles") as connection:
        customers = profiled(connection)
    store = open_store(settings, project=project)
    return send(settings, _controls(store, customers, known_at_ms=clock.now_ms()))


def send(settings: Settings, controls: Iterable[ProfileControl]) -> int:
    """Publish controls; return how many, once the broker has them all. Raises ProfilesNotPublished."""
    topic = topic_name(settings.kafka, CONTROLS)
    sink = producer(settings.kafka, client="profiles")
    refused: list[str] = []
    published = 0
    for control in controls:
        sink.produce(
            topic,
            key=control.tenant_id,
            value=msgspec.json.encode(control),
            on_delivery=lambda error, _message: refused.append(str(error)) if error else None,
        )
        published += 1
        if published % BATCH_ENTITIES == 0:
            sink.poll(0)
    left = sink.flush(ACKNOWLEDGED_S)
    if left or refused:
        raise ProfilesNotPublished(f"{left + len(refused)} of {published} profiles were not acknowledged: {refused[:1]}")
    return published


def control_of(
    tenant_id: str, entity: str, entity_id: str, values: Mapping[str, float], *, as_of: str, known_at_ms: int
) -> ProfileControl:
    """Return the control of one profile. The same profile of the same moment has the same id, however often it is sent."""
    content = ",".join(f"{name}={value!r}" for name, value in sorted(values.items()))
    of = (tenant_id, entity_id) if entity == ENTITY else (tenant_id, entity, entity_id)
    return ProfileControl(
        control_id=str(derived_id(NAMESPACE, *of, as_of, content)),
        known_at=known_at_ms,
        tenant_id=tenant_id,
        entity=entity,
        entity_id=entity_id,
        values=dict(values),
    )


def profile_control(customer: Profiled, values: Mapping[str, float], *, known_at_ms: int) -> ProfileControl:
    """Return the control of a customer's profile."""
    as_of = customer.as_of.isoformat()
    return control_of(customer.tenant_id, ENTITY, customer.customer_id, values, as_of=as_of, known_at_ms=known_at_ms)


def _controls(store: Any, customers: Sequence[Profiled], *, known_at_ms: int) -> Iterator[ProfileControl]:
    for batch in _batches(customers):
        for customer, values in zip(batch, _online(store, batch), strict=True):
            if values:
                yield profile_control(customer, values, known_at_ms=known_at_ms)


def online_values(store: Any, *, view: str, names: Sequence[str], asked: Sequence[Mapping[str, str]]) -> list[dict[str, float]]:
    """Return what the online store holds in a view for each entity row, without what is not known."""
    answer = store.get_online_features(
        features=[f"{view}:{name}" for name in names], entity_rows=[dict(each) for each in asked]
    ).to_dict()
    columns = [answer[name] for name in names]
    return [
        {name: float(value) for name, value in zip(names, row, strict=True) if value is not None and not isnan(value)}
        for row in zip(*columns, strict=True)
    ]


def _batches(customers: Sequence[Profiled]) -> Iterator[Sequence[Profiled]]:
    for start in range(0, len(customers), BATCH_ENTITIES):
        yield customers[start : start + BATCH_ENTITIES]


def _online(store: Any, customers: Sequence[Profiled]) -> list[dict[str, float]]:
    """The values that the online store holds for each, without those that are not known."""
    from feature_store.repo.views import HABIT_FEATURES

    asked = [{"tenant_id": customer.tenant_id, "customer_id": customer.customer_id} for customer in customers]
    return online_values(store, view=HABITS, names=HABIT_FEATURES, asked=asked)
