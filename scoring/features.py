"""Features of scanned inputs: the scanner's columns handed to the feature store's fold, without a copy."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from contracts.controls import ProfileControl
from feature_store.columns import TEXT_FIELDS, EventColumns
from feature_store.definitions import CATALOGUE
from feature_store.stream.state import LATE, TRUNCATED, Bounds, FeatureState
from feature_store.vocabulary import ID_FIELDS, TOLD_OF, ExternalFeature, Feature
from scoring.fields import NUMBER_COLUMNS, TEXT_COLUMNS
from scoring.scanner import Scan
from scoring.tenants import MAX_TENANTS

__all__ = ["LATE", "TRUNCATED", "Bounds", "Features"]

MAX_PROFILES = 1_000_000
MAX_PROFILE_VALUES = 64

_EVENT_TIME, _AMOUNT, _CHANNEL, _DIRECTION, _MCC, _LATITUDE, _LONGITUDE, _BALANCE = (
    NUMBER_COLUMNS[name]
    for name in (
        "event_time",
        "amount_minor",
        "channel",
        "direction",
        "mcc",
        "latitude_e5",
        "longitude_e5",
        "balance_minor",
    )
)
_TENANT = TEXT_COLUMNS["tenant_id"]
_FIRST_TEXT = TEXT_COLUMNS[TEXT_FIELDS[0]]
_TEXTS = slice(_FIRST_TEXT, _FIRST_TEXT + len(TEXT_FIELDS))
if list(TEXT_COLUMNS)[_TEXTS] != list(TEXT_FIELDS):
    raise TypeError("the feature store's text fields are not a slice of the scanner's")


def event_columns(scan: Scan, tenants: NDArray[np.int32]) -> EventColumns:
    """Views of the scanner's columns."""
    numbers = scan.numbers
    return EventColumns(
        tenant=tenants,
        event_time_ms=numbers[:, _EVENT_TIME],
        amount_minor=numbers[:, _AMOUNT],
        channel=numbers[:, _CHANNEL],
        direction=numbers[:, _DIRECTION],
        mcc=numbers[:, _MCC],
        latitude_e5=numbers[:, _LATITUDE],
        longitude_e5=numbers[:, _LONGITUDE],
        balance_minor=numbers[:, _BALANCE],
        buffer=scan.buffer,
        spans=scan.spans[:, _TEXTS],
    )


# The columns of one text together: (column, name of the value).
_Asked = tuple[tuple[int, tuple[tuple[int, str], ...]], ...]


def _by_text(external: Mapping[int, tuple[int, str]]) -> _Asked:
    texts = sorted({text for text, _ in external.values()})
    return tuple((text, tuple((at, value) for at, (of, value) in external.items() if of == text)) for text in texts)


class Features:
    """The state behind the features of one shard, and the slow profiles that controls bring.

    Of profiles the `MAX_PROFILES` that changed last are kept.
    """

    def __init__(self, bounds: Bounds | None = None, *, catalogue: Sequence[Feature] = CATALOGUE) -> None:
        self.state = FeatureState(bounds or Bounds(tenants=MAX_TENANTS), catalogue=catalogue)
        self._width = len(catalogue)
        # By column: the text that names whom it is of, and the value's name in their profile.
        self._external = {
            column: (TEXT_COLUMNS[ID_FIELDS[feature.entity]], feature.value)
            for column, feature in enumerate(catalogue)
            if isinstance(feature, ExternalFeature)
        }
        self._asked = _by_text(self._external)
        self.profiles: dict[tuple[str, str, str], dict[str, float]] = {}

    def ask(self, columns: Iterable[int] | None) -> None:
        """Say which columns `apply` is to write from now on (None: all, as at first); the others are NaN."""
        asked = None if columns is None else frozenset(columns)
        self.state.ask(asked)
        self._asked = _by_text({at: told for at, told in self._external.items() if asked is None or at in asked})

    def apply(self, scan: Scan, tenants: NDArray[np.int32], rows: slice) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Apply inputs [rows.start, rows.stop) in order; return each one's vector, as it stood then, and its flags.

        A vector holds what is asked for.
        """
        count = rows.stop - rows.start
        x, flags = np.empty((count, self._width), np.float32), np.empty(count, np.uint8)
        events = event_columns(scan, tenants)
        self.state.apply(events if count == scan.n else events.rows(rows.start, rows.stop), x, flags)
        self._tell(scan, rows.start, x, self._asked)
        return x, flags

    def peek(self, scan: Scan, tenants: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Return the whole vectors that the inputs would get if each came now, alone; nothing changes."""
        x, flags = np.empty((scan.n, self._width), np.float32), np.empty(scan.n, np.uint8)
        self.state.peek(event_columns(scan, tenants), x, flags)
        self._tell(scan, 0, x, _by_text(self._external))
        return x, flags

    def _tell(self, scan: Scan, first: int, x: NDArray[np.float32], asked: _Asked) -> None:
        """Write what was told of the accounts that inputs name, from input `first` on."""
        if not asked or not self.profiles:
            return
        # Spans as lists and text by a view: each row of an array would cost more than its look-ups.
        buffer = scan.buffer.data
        spans = scan.spans[first : first + len(x), [_TENANT, *(text for text, _ in asked)]].tolist()
        tenants = [str(buffer[start:end], "utf-8") for (start, end), *_ in spans]
        for place, (_, wanted) in enumerate(asked, start=1):
            rows, values = [], []
            for row, (tenant_id, spanned) in enumerate(zip(tenants, spans, strict=True)):
                start, end = spanned[place]
                told = self.profiles.get((tenant_id, TOLD_OF, str(buffer[start:end], "utf-8"))) if end > start else None
                if told is not None:
                    rows.append(row)
                    values.append([told.get(value, np.nan) for _, value in wanted])
            if rows:
                x[np.ix_(rows, [column for column, _ in wanted])] = values

    def apply_profile(self, control: ProfileControl) -> None:
        """Keep the slow features of one entity; a later control replaces them. Raises ValueError for too many of them."""
        if len(control.values) > MAX_PROFILE_VALUES:
            raise ValueError(f"{len(control.values)} values of one entity; at most {MAX_PROFILE_VALUES} are kept")
        key = control.tenant_id, control.entity, control.entity_id
        self.profiles.pop(key, None)
        self.profiles[key] = control.values
        if len(self.profiles) > MAX_PROFILES:
            del self.profiles[next(iter(self.profiles))]
