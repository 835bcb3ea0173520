"""What DuckDB is told of the lake: a view a kind of record, over the files that the manifests name."""

from collections.abc import Iterator
from pathlib import Path

from contracts.decisions import Answer
from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS, LABELS
from pipelines.lake import Part, offset_ranges
from pipelines.lake.files import schema_of

_FILES = {DECISIONS: "log", BANKING_TRANSACTIONS: "ledger_events", LABELS: "labels", ALERTS: "alerts"}
_RECORDS = {"outcomes": "outcome", "overrides": "override", "controls": "control"}
TIME_SUFFIX = "_ms"


def lake_views(lake: Path, *, tenant_id: str | None) -> Iterator[tuple[str, str]]:
    """Yield (name, statement) of each view of schema `lake`; a topic without a file has none. Raises LakeGap.

    `log` has every record of the decision log and its message. `decisions` have the answer of their last override, as the
    warehouse has. Every time in milliseconds is there as a timestamp too.
    """
    for topic, name in _FILES.items():
        parts = offset_ranges(lake, topic)
        if not parts:
            continue
        columns = list(schema_of(parts))
        yield name, f"create view lake.{name} as select {_shown(columns)} from {_files(parts)}{_of(tenant_id)}"
        if topic != DECISIONS:
            continue
        for view, record in _RECORDS.items():
            yield view, f"create view lake.{view} as select * exclude (payload) from lake.log where record = '{record}'"
        yield "decisions", _decisions(columns)


def _shown(columns: list[str]) -> str:
    """Every column; a timestamp stands before the milliseconds that it is made of, and messages are text."""
    found = []
    for name in columns:
        if name.endswith(TIME_SUFFIX) and name.removesuffix(TIME_SUFFIX) not in columns:
            found.append(f"make_timestamptz({name} * 1000) as {name.removesuffix(TIME_SUFFIX)}")
        found.append("decode(payload) as payload" if name == "payload" else f'"{name}"')
    return ", ".join(found)


def _files(parts: list[Part]) -> str:
    paths = ", ".join(_text(str(part.path)) for part in parts)
    return f"read_parquet([{paths}], union_by_name = true)"


def _of(tenant_id: str | None) -> str:
    return "" if tenant_id is None else f" where tenant_id = {_text(tenant_id)}"


def _decisions(columns: list[str]) -> str:
    """Decisions, with the newest override's answer, its nulls too, in the place of the first."""
    answers = [name for name in columns if name.removesuffix(TIME_SUFFIX) in Answer.__struct_fields__]
    answers += [name.removesuffix(TIME_SUFFIX) for name in answers if name.endswith(TIME_SUFFIX)]
    newest = ", ".join(f"case when o.overridden then o.{name} else d.{name} end as {name}" for name in answers)
    return (
        f"create view lake.decisions as with newest as (select tenant_id, transaction_id, true as overridden, "
        f"{', '.join(answers)} from lake.log where record = 'override' "
        "qualify row_number() over (partition by tenant_id, transaction_id order by n desc) = 1) "
        f"select d.* exclude (payload) replace ({newest}) from lake.log d "
        "left join newest o using (tenant_id, transaction_id) where d.record = 'decision'"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
