"""The table judges what has a truth, and says the same of it however much live traffic has come since."""

import uuid

import polars as pl
import pytest

from kit.settings import Settings
from pipelines.bootstrap.summary import summarise
from simulator.bank import Plan
from simulator.calendar import DAY_MS
from simulator.files import EVENTS, simulated_folder, write
from tests.dbt.rows import Decided, Raw

pytestmark = pytest.mark.servers

FLAGGED, ALLOWED = "review", "allow"


@pytest.fixture(scope="module")
def settings(core, warehouse, kafka, tmp_path_factory) -> Settings:
    found = Settings(var=tmp_path_factory.mktemp("var"), core=core, warehouse=warehouse, kafka=kafka)
    write(simulated_folder(found.var), Plan(customers=300, days=6, seed=5, until_ms=20_500 * DAY_MS))
    return found


def test_live_traffic_changes_no_figure_of_how_well_the_history_was_decided(settings):
    folder = simulated_folder(settings.var)
    events = pl.concat([pl.read_parquet(path) for path in sorted((folder / EVENTS).iterdir())])
    truth = pl.read_parquet(folder / "truth.parquet")
    frauds = [uuid.UUID(each) for each in truth["transaction_id"].head(3)]
    lawful = [uuid.UUID(each) for each in events.join(truth, on="transaction_id", how="anti")["transaction_id"].head(6)]
    raw = Raw(settings.warehouse)
    raw.add(
        *(Decided(transaction_id=each, verdict=FLAGGED, amount_minor=1_000) for each in frauds[:2]),
        Decided(transaction_id=frauds[2], verdict=ALLOWED),
        Decided(transaction_id=lawful[0], verdict=FLAGGED),
        *(Decided(transaction_id=each) for each in lawful[1:5]),
        # Loaded with its decision: the scorer took it over, and is not judged by it.
        Decided(transaction_id=lawful[5], verdict=FLAGGED, source="simulated"),
    )
    first = summarise(settings, folder, tenant_id="demo")
    assert "frauds caught" in first
    assert "2 of 3 (66.7%), 20.00 of their money" in first
    assert "1 (1250.0 in 10,000)" in first

    raw.add(*(Decided(verdict=FLAGGED) for _ in range(7)), Decided(), Decided())
    second = summarise(settings, folder, tenant_id="demo")
    same = ("judged", "frauds caught", "false alarms")
    assert _lines(second, same) == _lines(first, same)
    assert _lines(second, ("not judged",))[0].split()[-1] == "9"
    assert _lines(second, ("decided by the scorer",))[0].split()[-1] == "17"


def _lines(text: str, beginnings: tuple[str, ...]) -> list[str]:
    """The table's rows that begin so, whatever the width of its columns."""
    return [" ".join(line.split()) for line in text.splitlines() if line.startswith(beginnings)]
