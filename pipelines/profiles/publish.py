"""Publishes as control records what the online store says of accounts; the scorer copies them into its log.

Only what external features read is told (`TOLD_OF`): a control of anything else would lie in the log for ever, read by nobody.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import Any

import msgspec

from contracts.controls import ProfileControl
from contracts.topics import CONTROLS
from feature_store.vocabulary import TOLD_OF
from kit.errors import Unavailable
from kit.ids import derived_id
from kit.kafka import producer, topic_name
from kit.settings import Settings

READING_ROLE = "audit"
BATCH_ENTITIES = 1_000
ACKNOWLEDGED_S = 60.0
NAMESPACE = uuid.UUID("6f1f6a5e-3c0b-5f0e-9b43-3f6f0f7f3a10")


class ProfilesNotPublished(Unavailable):
    """Kafka did not acknowledge every profile. Publishing again is harmless: a control is applied once by its id."""

    code = "profiles-not-published"
    title = "Kafka did not take every profile"
    remedy = "Look at the broker, then tell them again."


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


def control_of(tenant_id: str, account_id: str, values: Mapping[str, float], *, as_of: str, known_at_ms: int) -> ProfileControl:
    """Return the control of an account's profile. The same of the same moment has the same id, however often it is sent."""
    content = ",".join(f"{name}={value!r}" for name, value in sorted(values.items()))
    return ProfileControl(
        control_id=str(derived_id(NAMESPACE, tenant_id, TOLD_OF, account_id, as_of, content)),
        known_at=known_at_ms,
        tenant_id=tenant_id,
        entity=TOLD_OF,
        entity_id=account_id,
        values=dict(values),
    )


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
