"""Columns from a Polars or Arrow frame at full speed (training reads the lake): text buffers are joined, never parsed."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from contracts.transactions import Channel, Direction
from feature_store.columns import (
    MAX_BUFFER_BYTES,
    PADDING_BYTES,
    TEXT_FIELDS,
    UNKNOWN_BALANCE_MINOR,
    UNKNOWN_MCC,
    UNKNOWN_PLACE_E5,
    EventColumns,
    TenantNumbers,
)


def columns_from_frame(frame: pl.DataFrame, tenants: TenantNumbers) -> EventColumns:
    """Build columns from a frame with the lake's names: `event_time_ms`, `tenant_id` and the transaction's other fields.

    Absent text, `mcc`, balance and coordinate columns count as missing everywhere. Raises ValueError for an unknown channel or
    direction, and for more than 2 GiB of text.
    """
    buffer, spans = _texts(frame)
    return EventColumns(
        tenant=_tenants(frame["tenant_id"], tenants),
        event_time_ms=_integers(frame["event_time_ms"]),
        amount_minor=_integers(frame["amount_minor"]),
        channel=_codes(frame["channel"], [channel.value for channel in Channel]),
        direction=_codes(frame["direction"], [direction.value for direction in Direction]),
        mcc=_known(frame, "mcc", UNKNOWN_MCC),
        latitude_e5=_known(frame, "latitude_e5", UNKNOWN_PLACE_E5),
        longitude_e5=_known(frame, "longitude_e5", UNKNOWN_PLACE_E5),
        balance_minor=_known(frame, "balance_minor", UNKNOWN_BALANCE_MINOR),
        buffer=buffer,
        spans=spans,
    )


def _integers(series: pl.Series) -> NDArray[np.int64]:
    if series.null_count():
        raise ValueError(f"{series.name} is missing in {series.null_count()} rows")
    return series.cast(pl.Int64).to_numpy()


def _known(frame: pl.DataFrame, name: str, unknown: int) -> NDArray[np.int64]:
    return (
        _integers(frame[name].cast(pl.Int64).fill_null(unknown))
        if name in frame.columns
        else np.full(len(frame), unknown, np.int64)
    )


def _codes(series: pl.Series, words: list[str]) -> NDArray[np.int64]:
    codes = series.cast(pl.String).replace_strict(words, list(range(len(words))), default=None, return_dtype=pl.Int64)
    if codes.null_count():
        raise ValueError(f"{series.name} holds a word that is none of {', '.join(words)}")
    return codes.to_numpy()


def _tenants(series: pl.Series, tenants: TenantNumbers) -> NDArray[np.int32]:
    names = series.unique(maintain_order=True).to_list()
    numbers = [tenants.number(name) for name in names]
    return series.replace_strict(names, numbers, return_dtype=pl.Int32).to_numpy()


def _texts(frame: pl.DataFrame) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    spans = np.zeros((len(frame), len(TEXT_FIELDS), 2), np.int32)
    pieces: list[NDArray[np.uint8]] = []
    base = 0
    for field, name in enumerate(TEXT_FIELDS):
        if name not in frame.columns:
            continue
        texts = frame[name].cast(pl.String).fill_null("")
        ends = base + texts.str.len_bytes().cast(pl.Int64).cum_sum().to_numpy()
        if len(ends) and ends[-1] > MAX_BUFFER_BYTES - PADDING_BYTES:
            raise ValueError("the texts take more than 2 GiB: split the frame")
        spans[:, field, 1] = ends
        spans[1:, field, 0] = ends[:-1]
        spans[:1, field, 0] = base
        pieces.append(np.frombuffer(texts.str.join("").item().encode() if len(texts) else b"", np.uint8))
        base = int(ends[-1]) if len(ends) else base
    pieces.append(np.zeros(PADDING_BYTES, np.uint8))
    return np.concatenate(pieces), spans
