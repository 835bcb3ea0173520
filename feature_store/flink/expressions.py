"""Flink SQL for keys, filters, values and moments: the same words as the other engines, over the transaction's own fields."""

from feature_store.event_values import (
    DRAINED_BELOW_PCT,
    HOME_COUNTRY,
    JUST_UNDER_PCT,
    LARGE_FROM_MINOR,
    LIMITS_MINOR,
    NIGHT_FROM_HOUR,
    NIGHT_UNTIL_HOUR,
    NOT_PRESENT_ENTRY,
    RISKY_MCCS,
    ROUND_AMOUNT_MINOR,
    SMALL_BELOW_MINOR,
    UTC_OFFSET_MS,
)
from feature_store.flink.moments import Measure, Moment, NotForFlink
from feature_store.vocabulary import DAY_MS, HOUR_MS, Entity, Value, Where, parts_of

AMOUNT = "amount_minor"
# Two factors of 19 digits make 38, the most that a DECIMAL has; squares of the largest amount fit it a hundred million times.
_WIDE_AMOUNT = f"CAST({AMOUNT} AS DECIMAL(19, 0))"
SQUARE = f"{_WIDE_AMOUNT} * {_WIDE_AMOUNT}"
# A day is added before the remainder is taken, because the first hours of 1970 are the day before in Brasília.
_HOUR = f"MOD(event_time + {DAY_MS + UTC_OFFSET_MS}, {DAY_MS}) / {HOUR_MS}"
_JUST_UNDER = " OR ".join(f"({AMOUNT} < {limit} AND 100 * {AMOUNT} >= {JUST_UNDER_PCT * limit})" for limit in LIMITS_MINOR)
_PASSES = {
    Where.DEBIT: "direction = 'debit'",
    Where.CREDIT: "direction = 'credit'",
    Where.PIX: "channel = 'pix'",
    Where.CARD: "channel = 'card'",
    Where.CASH: "channel = 'cash'",
    Where.NIGHT: f"{_HOUR} >= {NIGHT_FROM_HOUR} OR {_HOUR} < {NIGHT_UNTIL_HOUR}",
    Where.SMALL: f"{AMOUNT} < {SMALL_BELOW_MINOR}",
    Where.LARGE: f"{AMOUNT} >= {LARGE_FROM_MINOR}",
    Where.ROUND: f"MOD({AMOUNT}, {ROUND_AMOUNT_MINOR}) = 0",
    Where.JUST_UNDER: _JUST_UNDER,
    Where.NOT_PRESENT: f"entry_mode = '{NOT_PRESENT_ENTRY.decode()}'",
    Where.ABROAD: f"country <> '{HOME_COUNTRY.decode()}'",
    Where.DRAINING: (
        f"direction = 'debit' AND balance_minor > 0 AND 100 * (balance_minor - {AMOUNT}) < {DRAINED_BELOW_PCT} * balance_minor"
    ),
    Where.RISKY_MCC: f"mcc IN ({', '.join(map(str, RISKY_MCCS))})",
}
_OF_EVENT = {Value.HOUR: _HOUR, Value.MCC: "mcc"}


def column_of(entity: Entity) -> str:
    """Return the transaction's field that holds a single entity."""
    return "ip" if entity is Entity.IP else f"{entity.name.lower()}_id"


def key_columns(entity: Entity) -> tuple[str, ...]:
    """Return the fields that make an entity's key within a tenant."""
    return tuple(column_of(part) for part in parts_of(entity))


def _value(value: Value) -> str:
    if value in _OF_EVENT:
        return _OF_EVENT[value]
    if int(value) in map(int, Entity):
        return column_of(Entity(int(value)))
    raise NotForFlink(f"{value.name.lower()} is not a field of the transaction")


def _chosen(where: Where, then: str, otherwise: str) -> str:
    """`then` for an event that passes the filter; an unknown field passes none."""
    return then if where is Where.ALL else f"CASE WHEN {_PASSES[where]} THEN {then} ELSE {otherwise} END"


def moment_expression(moment: Moment) -> str:
    """Return a moment over the window `w`. Raises NotForFlink."""
    match moment.measure:
        case Measure.MAX:
            return _largest(moment)
        case Measure.DISTINCT:
            if moment.of is None:
                raise NotForFlink(f"{moment.name}: distinct needs a value")
            return f"COUNT(DISTINCT {_value(moment.of)}) OVER w"
        case Measure.COUNT:
            own = _chosen(moment.where, "1", "0")
        case Measure.SUM:
            own = _chosen(moment.where, AMOUNT, "0")
        case Measure.SQUARES:
            own = _chosen(moment.where, SQUARE, "0")
    whole = "COUNT(*) OVER w" if own == "1" else f"SUM({own}) OVER w"
    return f"{whole} - {own if own in ('1', AMOUNT) else f'({own})'}" if moment.earlier else whole


def _largest(moment: Moment) -> str:
    """Flink has no EXCLUDE CURRENT ROW: where the event itself is the largest, the second of the sorted amounts is the others'.

    The array makes this O(n) an event: it is for windows of a customer's or a card's day.
    """
    whole = f"MAX({AMOUNT}) OVER w"
    if not moment.earlier:
        return whole
    second = f"ARRAY_SORT(ARRAY_AGG({AMOUNT}) OVER w, FALSE)[2]"
    return f"CASE WHEN {AMOUNT} < {whole} THEN {whole} ELSE {second} END"
