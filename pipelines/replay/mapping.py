"""The mapping: which of people's own columns make which field of a transaction. One YAML file; see docs/replay.md."""

from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from contracts.transactions import Channel
from kit.money import CURRENCY_EXPONENTS
from pipelines.replay.errors import MappingInvalid

SHIPPED = Path(__file__).parent / "mappings"
TEXT_FIELDS = (
    "customer_id", "account_id", "card_id", "device_id", "ip", "payee_id", "merchant_id", "country", "entry_mode",
)  # fmt: skip
NUMBER_FIELDS = ("mcc", "latitude_e5", "longitude_e5", "balance_minor")


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field's text: a constant, a column, or several joined by `separator` (null where one of them is).

    `map` translates values; one that it lacks becomes `default`, or is an error when there is none.
    """

    constant: str | int | None = None
    column: str | None = None
    columns: list[str] | None = None
    separator: str = "-"
    prefix: str = ""
    map: dict[str, str | None] | None = None
    default: str | None = None


class Moment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When it happened. `format`: `datetime`, `date`, `epoch_ms`, `epoch_s`, or a strptime pattern for text and numbers.

    A date without a time gets its rank in the day as milliseconds, in the order of the file.
    """

    column: str
    format: str = "datetime"
    has_time: bool = True
    zone: str = "UTC"


class Amount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much. `unit` is `minor` (cents) or `major`; `sign` says what a negative amount is."""

    column: str
    unit: Literal["major", "minor"]
    sign: Literal["positive", "negative_is_debit"] = "positive"
    zero: Literal["refuse", "skip"] = "refuse"


class Sides(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which values of a column mean that the account pays, and which that it receives."""

    column: str
    debit: list[str]
    credit: list[str]


class Join(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another file beside the first whose columns are joined to it by a key that is unique there."""

    file: str
    by: str
    columns: dict[str, str]
    where: dict[str, str] = {}


class LabelRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows are fraud, of which kind, and how many days later that became known."""

    column: str
    fraud: list[str]
    delay_days: float
    kind: Text | None = None


class Accounts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open a ledger account for each `account_id` of the file, owned by `customer_id`, without limits."""

    open: bool = True


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole mapping."""

    tenant: str
    source: str
    currency: str
    external_id: str
    event_time: Moment
    amount: Amount
    channel: Text
    direction: Sides | Literal["debit", "credit", "sign"] = "debit"
    arrival_ms: int = 200
    fields: dict[str, Text] = {}
    joins: list[Join] = []
    labels: LabelRules | None = None
    accounts: Accounts | None = None


def load_mapping(name: str) -> Mapping:
    """Read a mapping: a path, or the name of one that we ship. Raises MappingInvalid."""
    path = Path(name)
    if not path.exists():
        path = SHIPPED / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(shipped.stem for shipped in SHIPPED.glob("*.yaml")))
        raise MappingInvalid(f"there is no file {name}, and no mapping of that name is shipped (there are: {known})")
    try:
        content: Any = yaml.safe_load(path.read_text())
        mapping = msgspec.convert(content, Mapping, strict=False)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as problem:
        raise MappingInvalid(f"{path.name}: {problem}") from problem
    except msgspec.ValidationError as problem:
        raise MappingInvalid(f"{path.name}: {problem}") from problem
    _check(mapping, path.name)
    return mapping


def _check(mapping: Mapping, name: str) -> None:
    if mapping.currency not in CURRENCY_EXPONENTS:
        raise MappingInvalid(f"{name}: currency {mapping.currency} is not one that a ledger here holds")
    unknown = sorted(set(mapping.fields) - {*TEXT_FIELDS, *NUMBER_FIELDS})
    if unknown:
        raise MappingInvalid(f"{name}: fields.{unknown[0]} is no field of a transaction")
    channels = {channel.value for channel in Channel}
    said = {mapping.channel.constant, mapping.channel.default, *(mapping.channel.map or {}).values()} - {None}
    if wrong := sorted(str(value) for value in said - channels):
        raise MappingInvalid(f"{name}: channel {wrong[0]} is none of {', '.join(sorted(channels))}")
    if (mapping.direction == "sign") != (mapping.amount.sign == "negative_is_debit"):
        raise MappingInvalid(f"{name}: direction `sign` and amount.sign `negative_is_debit` stand together")
    for field, text in {**mapping.fields, "channel": mapping.channel}.items():
        if sum(given is not None for given in (text.constant, text.column, text.columns)) != 1:
            raise MappingInvalid(f"{name}: {field} needs exactly one of constant, column, columns")
    if mapping.accounts is not None and "account_id" not in mapping.fields:
        raise MappingInvalid(f"{name}: accounts are to be opened, but fields.account_id says nothing")
