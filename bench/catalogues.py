"""Catalogues for the benches: the whole one that serves, and the field's usual yardstick of 120 window features."""

from feature_store.vocabulary import DAY_MS, HOUR_MS, MINUTE_MS, Aggregation, Entity, Value, WindowFeature

_WINDOWS_MS = (MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS)
_COUNTED = {
    Entity.CUSTOMER: Value.PAYEE, Entity.ACCOUNT: Value.DEVICE, Entity.DEVICE: Value.CUSTOMER, Entity.PAYEE: Value.CUSTOMER,
}  # fmt: skip
_AGGREGATIONS = (Aggregation.COUNT, Aggregation.SUM, Aggregation.MEAN, Aggregation.MAX, Aggregation.DISTINCT)

# Four entities, six windows, five aggregations.
YARDSTICK = tuple(
    WindowFeature(
        name=f"{entity.name.lower()}_{aggregation.name.lower()}_{window_ms}",
        entity=entity,
        aggregation=aggregation,
        window_ms=window_ms,
        counts_itself=True,
        sentence=f"{aggregation.name} over {window_ms} ms",
        reason="yardstick",
        owner="bench",
        of=_COUNTED[entity] if aggregation is Aggregation.DISTINCT else None,
    )
    for entity in _COUNTED
    for window_ms in _WINDOWS_MS
    for aggregation in _AGGREGATIONS
)
