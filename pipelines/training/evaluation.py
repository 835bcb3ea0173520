"""What a version's run keeps beside its metrics: the card, the curves, and every table as CSV and JSON."""

import csv
import io
import json
from pathlib import Path

from pipelines.training.card import model_card
from pipelines.training.figures import pictures
from pipelines.training.findings import Findings, rows_of
from pipelines.training.trained import Trained
from pipelines.versions import CARD


def write_evaluation(folder: Path, trained: Trained, findings: Findings, *, version: int) -> None:
    """Write `model_card.md`, and under `evaluation/` the pictures and tables."""
    (folder / CARD).write_text(model_card(trained, findings, version=version))
    evaluation = folder / "evaluation"
    evaluation.mkdir()
    for name, picture in pictures(findings).items():
        (evaluation / name).write_bytes(picture)
    tables = rows_of(findings)
    (evaluation / "tables.json").write_text(json.dumps(tables, indent=1))
    for name, rows in tables.items():
        (evaluation / f"{name}.csv").write_text(_as_csv(rows))


def _as_csv(rows: list[dict[str, object]]) -> str:
    buffer = io.StringIO()
    heads = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(buffer, heads, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()
