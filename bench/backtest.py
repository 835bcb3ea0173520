"""`baas bench backtest`: a million decisions decided again by another model and policy; beside it, the fold that proves a log.

The peer folds the same records and decides each again as the scorer did, reasons and all, as `baas reconcile` of a log would:
it answers another question at the same cost or more, and is the way to ask without a backtest.
"""

import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import polars as pl

from bench.random_model import random_export
from bench.random_traffic import START_MS, STEP_MS, TENANT, champion_control, quiet_policy, random_messages
from bench.report import Report, parser
from contracts import topics
from contracts.controls import PolicyControl
from contracts.decisions import Door
from pipelines.backtest.proposal import in_force
from pipelines.backtest.run import Question, backtest
from pipelines.lake import log_controls, log_records
from scoring.engine import Engine
from scoring.facts import apply_controls
from scoring.fold import rebuild

FULL, QUICK = 1_000_000, 60_000
BATCH = 4_096
_FILE_ROWS = 100_000
_STRICTER = PolicyControl(
    control_id="00000000-0000-0000-0000-000000000001", known_at=START_MS, version="stricter", review_from=0.2, deny_from=0.9
)


def main() -> int:
    """Run the bench and print its report; 1 when a decision was not decided again."""
    chosen = parser("backtest", "History decided again by another policy").parse_args()
    events = QUICK if chosen.quick else FULL
    report = Report("backtest")
    with report.loaded(), tempfile.TemporaryDirectory() as folder:
        lake, models = Path(folder) / "lake", Path(folder) / "models"
        lay_history(lake, models, events=events)
        question = Question(
            backtest_id="bench",
            controls=[*in_force(log_controls(lake)), _STRICTER],
            from_ms=START_MS,
            until_ms=START_MS + events * STEP_MS,
            labels_known_by_ms=START_MS,
        )
        found = backtest(lake, models, question, progress=lambda _done, _all: None)
        report.figure("seconds", found.seconds)
        report.figure("rate_per_s", found.decisions / found.seconds)
        report.figure("decisions", found.decisions)
        began_s = time.perf_counter()
        proof = rebuild(Engine(models=models), log_records(lake), check=True)
        report.baseline("proving-fold", "rate_per_s", proof.decisions / (time.perf_counter() - began_s))
        report.ratio(
            "rate_vs_proving-fold", report.figures["rate_per_s"].median / report.baselines["proving-fold"]["rate_per_s"].median
        )
        report.settings |= {"events": events, "batch": BATCH}
    report.publish()
    return 0 if found.decisions == events == proof.reproduced else 1


def lay_history(lake: Path, models: Path, *, events: int) -> None:
    """Have an engine decide `events` messages under a random champion, and write its log as the lake has it."""
    engine = Engine(models=models)
    start = engine.start_epoch(now_ms=START_MS, memory_rows=4_000_000)
    write_log(lake, [msgspec.json.encode(start)], first_offset=0)
    controls = apply_controls(engine, [champion_control(random_export(models)), quiet_policy()])
    write_log(lake, [record for _, record in controls.records], first_offset=1)
    offset = 1 + len(controls.records)
    for start_at in range(0, events, _FILE_ROWS):
        count = min(_FILE_ROWS, events - start_at)
        messages = random_messages(count, seed=start_at + 1, start_ms=START_MS + start_at * STEP_MS)
        records: list[bytes] = []
        for at in range(0, count, BATCH):
            part = messages[at : at + BATCH]
            decided = engine.decide(part, now_ms=START_MS + events * STEP_MS, door=Door.INBOUND, keys=[TENANT] * len(part))
            records += decided.encoded.records()
        write_log(lake, records, first_offset=offset)
        offset += count


def write_log(lake: Path, records: Sequence[bytes], *, first_offset: int) -> None:
    """Write log records as one file of the lake, with the columns that its readers of the log look at."""
    heads = [_head.decode(record) for record in records]
    frame = pl.DataFrame(
        {
            "offset": range(first_offset, first_offset + len(records)),
            "record": [head.record for head in heads],
            "n": [head.n for head in heads],
            "payload": list(records),
        }
    )
    _write(lake / topics.DECISIONS, frame, first=first_offset, last=first_offset + len(records) - 1)


def write_labels(lake: Path, told: Iterable[tuple[str, str, bool, int]]) -> None:
    """Write (tenant, transaction id, fraud, known at) as the lake has labels."""
    rows = [
        {
            "tenant_id": tenant,
            "transaction_id": number,
            "fraud": fraud,
            "kind": "stolen_card",
            "known_at_ms": known,
            "offset": at,
        }
        for at, (tenant, number, fraud, known) in enumerate(told)
    ]
    _write(lake / topics.LABELS, pl.DataFrame(rows), first=0, last=len(rows) - 1)


class _Head(msgspec.Struct):
    record: str
    n: int


_head = msgspec.json.Decoder(_Head)


def _write(folder: Path, frame: pl.DataFrame, *, first: int, last: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(folder / f"0-{first:020d}-{last:020d}.parquet")


if __name__ == "__main__":
    sys.exit(main())
