"""A file of transactions to a frame of canonical ones. Pure but for reading the files; errors name the row and the column."""

import uuid
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from contracts.transactions import SCHEMA_VERSION
from kit.ids import INBOUND_NAMESPACE, derived_id
from kit.money import CURRENCY_EXPONENTS, MAX_AMOUNT_MINOR
from pipelines.replay.errors import FileUnreadable, MappingInvalid, RowInvalid
from pipelines.replay.mapping import NUMBER_FIELDS, TEXT_FIELDS, Join, Mapping, Sides, Text
from simulator.text import uuid5_texts

ID_PATTERN = r"^[A-Za-z0-9._:@-]{1,64}$"
COUNTRY_PATTERN = r"^[A-Z]{2}$"
ENTRY_PATTERN = r"^[a-z_]{1,16}$"
ROW = "__row"
TEXTS = (".csv", ".tsv", ".txt", ".asc")
_ACCOUNTS = uuid.UUID("9a8e7c64-6f0f-5b7e-9d55-0d1b6c7f3a42")

COLUMNS = (
    "schema", "transaction_id", "tenant_id", "source", "external_id", "event_time", "known_at", "channel", "direction",
    "amount_minor", "currency", *TEXT_FIELDS, *NUMBER_FIELDS,
)  # fmt: skip


def read(path: Path) -> pl.DataFrame:
    """Read Parquet or CSV; the row number of the file (from 1) is kept beside. Raises MappingInvalid and FileUnreadable."""
    suffix = path.suffix.lower()
    if suffix not in (".parquet", *TEXTS):
        raise MappingInvalid(f"{path.name}: only Parquet and CSV are read, not {suffix or 'a file without a suffix'}")
    try:
        if suffix == ".parquet":
            frame = pl.read_parquet(path)
        else:
            with path.open(encoding="utf-8-sig") as text:
                head = text.readline()
            frame = pl.read_csv(path, separator=max(",;\t|", key=head.count), infer_schema=False)
        return frame.with_row_index(ROW, offset=1)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as problem:
        raise FileUnreadable(f"{path.name}: {problem}") from problem


def transactions(path: Path, mapping: Mapping, *, tenant_id: str) -> pl.DataFrame:
    """Return the file's canonical transactions in the order of their arrival, with `fraud` and `fraud_kind` when labelled.

    Raises MappingInvalid for a column that is not there and RowInvalid for the first row that makes no transaction.
    """
    raw = read(path)
    for join in mapping.joins:
        raw = _joined(raw, path.parent / join.file, join)
    _require(raw, _named_columns(mapping), path.name)
    raw = _without_zero(raw, mapping)
    frame = raw.select(ROW).with_columns(_amount_and_direction(raw, mapping))
    moment = _moment(raw, mapping)
    frame = frame.with_columns(moment.alias("event_time"), (moment + mapping.arrival_ms).alias("known_at"))
    frame = frame.with_columns(_text(raw, mapping.channel, "channel").alias("channel"))
    frame = frame.with_columns([_field(raw, mapping, name, tenant_id) for name in (*TEXT_FIELDS, *NUMBER_FIELDS)])
    frame = frame.with_columns(raw[mapping.external_id].cast(pl.String).alias("external_id"))
    if mapping.labels is not None:
        fraud = raw[mapping.labels.column].cast(pl.String).is_in(mapping.labels.fraud)
        kind = _text(raw, mapping.labels.kind or Text(constant="unspecified"), "kind")
        frame = frame.with_columns(fraud.fill_null(False).alias("fraud"), kind.alias("fraud_kind"))
    _check(frame, mapping)
    ids = inbound_ids(frame["external_id"], tenant_id=tenant_id, source=mapping.source)
    frame = frame.with_columns(
        pl.lit(SCHEMA_VERSION).alias("schema"),
        ids.alias("transaction_id"),
        pl.lit(tenant_id).alias("tenant_id"),
        pl.lit(mapping.source).alias("source"),
        pl.lit(mapping.currency).alias("currency"),
    )
    extra = ("fraud", "fraud_kind") if mapping.labels is not None else ()
    return frame.sort("known_at", maintain_order=True).select(*COLUMNS, *extra)


def account_uuid(tenant_id: str, account: str) -> str:
    """Return the ledger account of one of the file's accounts."""
    return str(derived_id(_ACCOUNTS, tenant_id, account))


def inbound_ids(external: pl.Series, *, tenant_id: str, source: str) -> pl.Series:
    """Return `kit.ids.inbound_transaction_id` of each external id, in bulk."""
    lengths = external.str.len_bytes().to_numpy()
    found = np.empty((len(external), 36), dtype=np.uint8)
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        head = f"{len(tenant_id)}:{tenant_id}{len(source)}:{source}{length}:"
        texts = uuid5_texts(INBOUND_NAMESPACE, head, external.gather(rows).to_arrow().cast(pa.string()))
        found[rows] = np.frombuffer(texts.buffers()[2], dtype=np.uint8).reshape(-1, 36)
    offsets = np.arange(0, 36 * len(external) + 1, 36, dtype=np.int32)
    array = pa.StringArray.from_buffers(len(external), pa.py_buffer(offsets), pa.py_buffer(found.reshape(-1)))
    return pl.Series("transaction_id", array)


def _joined(raw: pl.DataFrame, path: Path, join: Join) -> pl.DataFrame:
    if not path.exists():
        raise MappingInvalid(f"joins: {path.name} is not beside the file")
    other = read(path).drop(ROW)
    _require(other, {join.by, *join.columns, *join.where}, path.name)
    _require(raw, {join.by}, "the file")
    for column, value in join.where.items():
        other = other.filter(pl.col(column).cast(pl.String) == value)
    if other[join.by].is_duplicated().any():
        raise MappingInvalid(f"joins: {path.name} has more than one row for a value of {join.by}")
    return raw.join(other.select(join.by, *join.columns).rename(join.columns), on=join.by, how="left", maintain_order="left")


def _named_columns(mapping: Mapping) -> set[str]:
    named = {mapping.external_id, mapping.event_time.column, mapping.amount.column}
    for text in (*mapping.fields.values(), mapping.channel):
        named |= {*(text.columns or []), *([text.column] if text.column else [])}
    if isinstance(mapping.direction, Sides):
        named.add(mapping.direction.column)
    if mapping.labels is not None:
        named.add(mapping.labels.column)
        if mapping.labels.kind is not None and mapping.labels.kind.column:
            named.add(mapping.labels.kind.column)
    return named


def _require(frame: pl.DataFrame, columns: set[str], name: str) -> None:
    missing = sorted(columns - set(frame.columns))
    if missing:
        there = ", ".join(column for column in frame.columns if column != ROW)
        raise MappingInvalid(f"{name} has no column {missing[0]} (it has: {there})")


def _without_zero(raw: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    if mapping.amount.zero == "refuse":
        return raw
    return raw.filter(pl.col(mapping.amount.column).cast(pl.Float64, strict=False) != 0)


def _amount_and_direction(raw: pl.DataFrame, mapping: Mapping) -> list[pl.Series]:
    column = mapping.amount.column
    scale = CURRENCY_EXPONENTS[mapping.currency] if mapping.amount.unit == "major" else 0
    text = raw[column].cast(pl.String)
    value = text.cast(pl.Decimal(38, 6), strict=False)
    _refuse(raw, column, value.is_null(), "is not a number")
    minor = pl.select(value * pl.lit(10**scale, dtype=pl.Decimal(38, 0))).to_series()
    amount = minor.cast(pl.Int64)
    _refuse(raw, column, minor != amount.cast(minor.dtype), f"has more decimals than {mapping.currency}")
    if mapping.direction == "sign":
        direction = pl.Series(np.where(amount.to_numpy() < 0, "debit", "credit"))
        amount = amount.abs()
    elif isinstance(mapping.direction, Sides):
        said = raw[mapping.direction.column].cast(pl.String)
        sides = dict.fromkeys(mapping.direction.debit, "debit") | dict.fromkeys(mapping.direction.credit, "credit")
        direction = said.replace_strict(sides, default=None, return_dtype=pl.String)
        _refuse(raw, mapping.direction.column, direction.is_null(), "is neither debit nor credit in the mapping")
    else:
        direction = pl.repeat(mapping.direction, len(raw), eager=True)
    _refuse(raw, column, (amount < 1) | (amount > MAX_AMOUNT_MINOR), f"is not from 1 to {MAX_AMOUNT_MINOR} minor units")
    return [amount.alias("amount_minor"), direction.alias("direction")]


def _moment(raw: pl.DataFrame, mapping: Mapping) -> pl.Series:
    rule = mapping.event_time
    column = raw[rule.column]
    if rule.format in ("epoch_ms", "epoch_s"):
        moment = column.cast(pl.Int64, strict=False) * (1_000 if rule.format == "epoch_s" else 1)
    else:
        if column.dtype.is_temporal():
            local = column.cast(pl.Datetime("ms"))
        else:
            pattern = None if rule.format in ("datetime", "date") else rule.format
            local = column.cast(pl.String).str.strip_chars()
            parsed = local.str.to_datetime(pattern, time_unit="ms", strict=False) if rule.has_time else None
            local = parsed if parsed is not None else local.str.to_date(pattern, strict=False).cast(pl.Datetime("ms"))
        _refuse(raw, rule.column, local.is_null(), f"is no {rule.format}")
        moment = local.dt.replace_time_zone(rule.zone, ambiguous="earliest", non_existent="null").dt.epoch("ms")
    _refuse(raw, rule.column, moment.is_null() | (moment < 0), "is no moment since 1970")
    if rule.has_time:
        return moment
    ranked = pl.DataFrame({"day": moment}).select(pl.int_range(pl.len()).over("day").alias("rank"))["rank"]
    return moment + ranked


def _field(raw: pl.DataFrame, mapping: Mapping, name: str, tenant_id: str) -> pl.Series:
    text = mapping.fields.get(name)
    kind = pl.Int64 if name in NUMBER_FIELDS else pl.String
    if text is None:
        return pl.Series(name, [None], dtype=kind).new_from_index(0, len(raw))
    found = _text(raw, text, name)
    if name == "account_id" and mapping.accounts is not None:
        known = {value: account_uuid(tenant_id, value) for value in found.drop_nulls().unique().to_list()}
        found = found.replace_strict(known, default=None, return_dtype=pl.String)
    if kind == pl.Int64:
        number = found.cast(pl.Int64, strict=False)
        _refuse(raw, text.column or name, number.is_null() & found.is_not_null(), "is not a whole number")
        found = number
    return found.alias(name)


def _text(raw: pl.DataFrame, text: Text, name: str) -> pl.Series:
    if text.constant is not None:
        return pl.repeat(str(text.constant), len(raw), eager=True).alias(name)
    columns = [text.column] if text.column is not None else list(text.columns or [])
    found = raw.select(pl.concat_str([pl.col(c).cast(pl.String).str.strip_chars() for c in columns], separator=text.separator))
    value = found.to_series()
    value = value.set(value == "", None)
    if text.map is not None:
        translated = value.replace_strict(text.map, default=text.default, return_dtype=pl.String)
        if text.default is None:
            _refuse(raw, columns[0], value.is_not_null() & ~value.is_in(list(text.map)), f"has no translation to {name}")
        value = translated
    value = value.fill_null(text.default) if text.default is not None else value
    return _prefixed(value, text.prefix).alias(name)


def _prefixed(value: pl.Series, prefix: str) -> pl.Series:
    return value if not prefix else pl.select(pl.lit(prefix) + value).to_series()


def _check(frame: pl.DataFrame, mapping: Mapping) -> None:
    patterns = dict.fromkeys(("external_id", *TEXT_FIELDS), ID_PATTERN)
    patterns |= {"country": COUNTRY_PATTERN, "entry_mode": ENTRY_PATTERN}
    for name, pattern in patterns.items():
        column = frame[name]
        _refuse(frame, name, column.is_not_null() & ~column.str.contains(pattern), f"does not match {pattern}")
    _refuse(frame, "channel", frame["channel"].is_null(), "is missing")
    _refuse(frame, "external_id", frame["external_id"].is_null(), "is missing")
    _refuse(frame, "external_id", frame["external_id"].is_duplicated(), f"is there more than once ({mapping.external_id})")


def _refuse(frame: pl.DataFrame, column: str, wrong: pl.Series, why: str) -> None:
    rows = wrong.fill_null(True).arg_true()
    if len(rows):
        first = int(rows[0])
        value = frame[column][first]
        more = f" ({len(rows):,} rows are like this)" if len(rows) > 1 else ""
        raise RowInvalid(f"row {frame[ROW][first]}, column {column}: {value!r} {why}{more}", row=int(frame[ROW][first]))
