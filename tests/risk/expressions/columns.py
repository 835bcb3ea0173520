"""Random rows as a program takes them, and the same rows as the oracle does."""

import numpy as np

from feature_store.definitions import FEATURE_COUNT
from risk.expressions.program import Program
from risk.expressions.schema import EVENT_FIELDS, MISSING, Kind, Schema, Source

LISTS = {"mules": {"payee-1", "payee-2", "shared"}, "devices": {"device-1", "shared"}}
SCHEMA = Schema.of(lists=LISTS)
IDS = [None, "payee-1", "payee-3", "device-1", "shared"]
WHOLE = [MISSING, 0, 1, 2, 3, 5, 7, 100, -3, -7, 99_999, 100_000, 2**52, 2**53 - 1]
DOUBLES = [np.nan, 0.0, 0.5, 1.0, 1.5, 2.0, 0.1, -1.0, 7.0, 1e30]


def random_rows(seed: int, n: int) -> dict:
    rng = np.random.default_rng(seed)
    events = np.empty((n, len(EVENT_FIELDS)), np.int64)
    for column, field in enumerate(EVENT_FIELDS):
        choices = [MISSING, *range(min(4, len(field.words)))] if field.kind is Kind.WORD else WHOLE
        events[:, column] = rng.choice(np.array(choices, np.int64), n)
    ids = {name: rng.choice(np.array(IDS, object), n) for name, f in SCHEMA.fields.items() if f.source is Source.ID}
    return {
        "event_time_ms": rng.integers(0, 1_000, n),
        "events": events,
        "features": rng.choice(np.array(DOUBLES, np.float32), (n, FEATURE_COUNT)),
        "scores": rng.choice(np.array([np.nan, 0.0, 0.25, 0.5, 1.0]), (n, 2)),
        "ids": ids,
    }


def hits(program: Program, rows: dict) -> np.ndarray:
    members = np.zeros((len(rows["event_time_ms"]), len(program.memberships)), np.uint8)
    for column, asked in enumerate(program.memberships):
        for row, value in enumerate(rows["ids"][asked.field]):
            if asked.list is None:
                members[row, column] = value is not None
            else:
                members[row, column] = 2 if value is None else value in LISTS[asked.list]
    return program.hits(**{name: rows[name] for name in ("event_time_ms", "events", "features", "scores")}, members=members)


def oracle_row(rows: dict, row: int, names) -> dict:
    values: dict = {}
    for name in names:
        field = SCHEMA.fields[name]
        if field.source is Source.EVENT:
            value = int(rows["events"][row, field.column])
            known = value != MISSING
            values[name] = (field.words[value] if field.kind is Kind.WORD else value) if known else None
        elif field.source is Source.ID:
            values[name] = rows["ids"][name][row]
        else:
            value = float(rows["features" if field.source is Source.FEATURE else "scores"][row, field.column])
            values[name] = None if np.isnan(value) else value
    doubles = {name for name in names if SCHEMA.fields[name].kind is Kind.DOUBLE}
    return {"values": values, "doubles": doubles, "lists": LISTS}
