"""The notebook of an analyst's first hour runs as it is, and its figures are right, on a small bank's log."""

import json
import random
import uuid
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

import contracts
from contracts.topics import DECISIONS, LABELS
from kit.lake.files import write_file
from kit.postgres import connect
from kit.settings import REPOSITORY_ROOT, PostgresServer, Settings, settings
from pipelines.marts import build
from streams.sinks.lake.columns import LakeRow, as_batch
from streams.sinks.messages import decode
from streams.sinks.warehouse import repository
from streams.sinks.warehouse.rows import as_row
from tests.servers import environment_of

pytestmark = pytest.mark.servers

NOTEBOOK = REPOSITORY_ROOT / "docs" / "notebooks" / "first-hour.ipynb"
EXAMPLES = Path(contracts.__file__).parent / "examples"
NIGHT_MS = int(datetime(2026, 3, 10, 1, 0, tzinfo=UTC).timestamp() * 1_000)  # 22:00 of the 9th in São Paulo
HOUR_MS = 3_600_000


def example(topic: str) -> dict:
    return json.loads((EXAMPLES / f"{topic}.json").read_text())[0]


def bank() -> tuple[list[dict], list[dict]]:
    """Decisions over three days, one customer stopped more often than others, and labels of some."""
    chance = random.Random(3)
    log, labels = [], []
    for n in range(60):
        at_ms = NIGHT_MS + n * HOUR_MS
        record = example(DECISIONS)
        record |= {"n": n, "door": "inbound"}
        record["transaction"] |= {
            "transaction_id": str(uuid.UUID(int=n + 1)), "external_id": f"x{n}", "event_time": at_ms, "known_at": at_ms,
            "amount_minor": chance.randrange(100, 90_000), "customer_id": f"c{n % 4}",
            "channel": chance.choice(["pix", "card"]),
        }  # fmt: skip
        stopped = n % 4 == 2 and n % 8 == 2
        record["answer"] |= {
            "verdict": "deny" if stopped else "allow", "reasons": ["amount_above_habit"] if stopped else [], "scored_at": at_ms,
            "sequence": {"epoch": 4, "n": n}, "source": "scorer",
        }  # fmt: skip
        log.append(record)
        if n % 3 == 0:
            told = {"label_id": str(uuid.UUID(int=1_000 + n)), "transaction_id": record["transaction"]["transaction_id"]}
            labels.append(
                example(LABELS)
                | told
                | {"tenant_id": record["transaction"]["tenant_id"], "fraud": n % 2 == 0, "known_at": at_ms + 1}
            )
    return log, labels


@pytest.fixture(scope="module")
def place(warehouse: PostgresServer, tmp_path_factory) -> Settings:
    """The same records in the lake and, by the sink's own rows, in the warehouse, with the marts built on them."""
    place = Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)
    with connect(warehouse.dsn("sinks"), application="test") as connection:
        repository.prepare(connection)
        for topic, records in zip((DECISIONS, LABELS), bank(), strict=True):
            payloads = [json.dumps(record).encode() for record in records]
            rows = [LakeRow(decode(topic, payload), offset, 9, payload) for offset, payload in enumerate(payloads)]
            folder = place.lake / topic
            folder.mkdir(parents=True)
            table = pa.Table.from_batches([as_batch(topic, rows)])
            write_file(folder, table, partition=0, first=0, last=len(rows) - 1, now_ms=0)
            kept = [as_row(row.kept, offset=row.offset, duration_us=9) for row in rows]
            lines = {kept[0][0]: [line for _, line in kept]}
            repository.write(connection, lines, moves={(topic, 0): (0, len(rows))})
    build(place)
    return place


@pytest.fixture(scope="module")
def found(place: Settings) -> dict:
    """The notebook's names after all of its cells."""
    notebook = json.loads(NOTEBOOK.read_text())
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment_of(core=place.core, warehouse=place.warehouse, kafka=place.kafka, var=place.var).items():
            patched.setenv(name, value)
        settings.cache_clear()
        names: dict = {}
        try:
            for cell in notebook["cells"]:
                if cell["cell_type"] == "code":
                    exec(compile("".join(cell["source"]), f"{NOTEBOOK.name}:{cell['id']}", "exec"), names)  # noqa: S102
        finally:
            settings.cache_clear()
    return names


def test_the_lake_and_the_mart_agree_on_every_day_and_days_are_the_bank_s(found):
    assert found["volume"].equals(found["from_the_lake"])
    days = Counter(datetime.fromtimestamp((NIGHT_MS + n * HOUR_MS - 3 * HOUR_MS) / 1_000, UTC).date() for n in range(60))
    assert dict(zip(found["volume"]["day"], found["volume"]["transactions"], strict=True)) == days


def test_what_is_fresh_and_what_there_is(found):
    assert found["freshness"]["decisions"].to_list() == [60, 60]
    assert {"lake.decisions", "lake.labels", "marts.fct_decisions"} <= set(found["tables"]["table"])


def test_frauds_caught_and_false_alarms_are_those_of_the_log(found):
    log, labels = bank()
    fraud = {label["transaction_id"]: label["fraud"] for label in labels}
    stopped = [r["transaction"]["transaction_id"] for r in log if r["answer"]["verdict"] == "deny"]
    assert found["fraud"]["frauds"].sum() == sum(fraud.values()) > 0
    assert found["fraud"]["caught"].sum() == sum(fraud.get(one, False) for one in stopped) > 0
    assert found["fraud"]["false_alarms"].sum() == sum(not fraud.get(one, False) for one in stopped)
    assert found["reasons"].row(0)[:2] == ("amount_above_habit", len(stopped))
    assert found["channels"]["transactions"].sum() == 60


def test_the_customer_is_the_one_that_was_stopped_most_and_the_record_is_whole(found):
    assert found["customer"] == "c2"
    assert len(found["story"]) == 15
    assert found["record"]["transaction"]["transaction_id"] == str(uuid.UUID(int=60))


def test_the_notebook_keeps_no_output_and_every_cell_has_a_name():
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)
    assert len({cell["id"] for cell in cells}) == len(cells)
