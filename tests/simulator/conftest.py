"""One small simulated bank for the tests that only read it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from simulator.bank import Plan
from simulator.calendar import day_start_ms
from simulator.files import write

PLAN = Plan(customers=2_000, days=30, seed=5, until_ms=day_start_ms(date(2026, 4, 1)))


@dataclass(frozen=True)
class Written:
    """A folder, and its events, labels and truth."""

    folder: Path
    manifest: dict
    events: pl.DataFrame
    labels: pl.DataFrame
    truth: pl.DataFrame


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("simulated")
    manifest = write(folder, PLAN)
    return Written(
        folder,
        manifest,
        pl.concat([pl.read_parquet(path) for path in sorted((folder / "events").iterdir())]),
        pl.read_parquet(folder / "labels.parquet"),
        pl.read_parquet(folder / "truth.parquet"),
    )
