"""A plan that writes only the features that are asked for, and reads only what those need. What is kept stays as it is.

State holds all windows of the catalogue, so that another model may ask for other features from one event to the next; what no
model or rule reads is not worked out.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from feature_store.stream import layout
from feature_store.stream.layout import CATEGORY, ENTITIES, PLAN_WIDTH
from feature_store.stream.plan import Plan
from feature_store.vocabulary import NEEDS_VALUE, OF_LATEST, OF_PLACE, Aggregation

_RISING = Aggregation.RISING
_READ_BY = {
    layout.WANTS_MEDIAN: OF_LATEST - {_RISING},
    layout.WANTS_PLACE: OF_PLACE,
    layout.WANTS_RISING: frozenset({_RISING}),
}


def asked_rows(plan: Plan, columns: Iterable[int]) -> NDArray[np.int64]:
    """Return a plan's rows that write `columns` and what they are quotients of. Raises IndexError for one that is not there."""
    wanted = np.zeros(plan.columns, np.bool_)
    wanted[list(columns)] = True
    divided = plan.quotients[wanted[plan.first_quotient : plan.first_quotient + len(plan.quotients)]]
    wanted[divided.reshape(-1)] = True
    rows = plan.rows.copy()
    _keep(rows, rows[CATEGORY], layout.FEATURES_FROM, layout.FEATURES_TO, wanted)
    for entity in rows[:ENTITIES]:
        _keep(rows, entity, layout.LABELS_FROM, layout.LABELS_TO, wanted)
        for lane in _rows(rows, entity, layout.LANES_FROM, layout.LANES_TO):
            of_lane = [lane, *_rows(rows, lane, layout.FILTERS_FROM, layout.FILTERS_TO)]
            for row in of_lane:
                _keep(rows, row, layout.ROW_FEATURES_FROM, layout.ROW_FEATURES_TO, wanted)
            kept = [_rows(rows, row, layout.ROW_FEATURES_FROM, layout.ROW_FEATURES_TO) for row in of_lane]
            _read_less(lane, [feature for features in kept for feature in features])
    return rows


def _rows(rows: NDArray[np.int64], row: NDArray[np.int64], begins: int, ends: int) -> list[NDArray[np.int64]]:
    """The rows that another names by its words `begins` and `ends`, as views."""
    return list(rows[row[begins] // PLAN_WIDTH : row[ends] // PLAN_WIDTH])


def _keep(rows: NDArray[np.int64], row: NDArray[np.int64], begins: int, ends: int, wanted: NDArray[np.bool_]) -> None:
    """Put a row's wanted features first, and end it after them."""
    first, last = int(row[begins]) // PLAN_WIDTH, int(row[ends]) // PLAN_WIDTH
    features = rows[first:last]
    is_wanted = wanted[features[:, layout.COLUMN]]
    rows[first:last] = np.concatenate([features[is_wanted], features[~is_wanted]])
    row[ends] = row[begins] + int(is_wanted.sum()) * PLAN_WIDTH


def _read_less(lane: NDArray[np.int64], features: list[NDArray[np.int64]]) -> None:
    """Have a lane read only what its remaining features look at."""
    reads = {int(feature[layout.AGGREGATION]) for feature in features}
    for word, by in _READ_BY.items():
        lane[word] = bool(reads & by)
    fields = {int(feature[layout.FIELD]) for feature in features if feature[layout.AGGREGATION] in NEEDS_VALUE}
    lane[layout.SAME_FIELDS] = sum(1 << field for field in fields)
