"""Simulated statements: reproducible, apart from the bank's own chance, and true to what they hide."""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from contracts.categories import Category
from kit.business_days import is_business_day
from simulator.statements.files import MARKS, RECURRING, STATEMENTS, TRUTH, statements, write_statements
from simulator.statements.plan import StatementPlan

PLAN = StatementPlan(households=14, days=400, seed=3, last_day=date(2026, 3, 31), customers=400)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("statements")
    write_statements(found, PLAN)
    return found


def tables(folder: Path) -> dict[str, pl.DataFrame]:
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in (STATEMENTS, MARKS, TRUTH, RECURRING)}


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_same_plan_gives_the_same_bytes_and_another_seed_others(folder: Path, tmp_path: Path) -> None:
    write_statements(tmp_path / "again", PLAN)
    write_statements(tmp_path / "other", replace(PLAN, seed=4))
    assert digests(tmp_path / "again") == digests(folder)
    assert digests(tmp_path / "other")["statements.parquet"] != digests(folder)["statements.parquet"]


def test_a_household_is_the_same_whoever_else_is_in_the_plan() -> None:
    few, more = ({each.account_id: each for each in statements(replace(PLAN, households=count))} for count in (2, 5))
    assert few.items() <= more.items()


def test_what_a_bank_sees_tells_neither_series_nor_true_category(folder: Path) -> None:
    seen = tables(folder)[STATEMENTS]
    assert not {"category", "series_id", "payee"} & set(seen.columns)
    assert set(seen.columns) == {
        "line_id", "customer_id", "account_id", "booked_day", "amount_minor", "currency", "purpose", "channel",
        "counterparty_id", "counterparty_kind", "mcc", "text",
    }  # fmt: skip


def test_every_line_has_one_truth_and_a_category_that_there_is(folder: Path) -> None:
    found = tables(folder)
    assert sorted(found[STATEMENTS]["line_id"]) == sorted(found[TRUTH]["line_id"])
    assert set(found[TRUTH]["category"]) <= set(Category)
    assert found[TRUTH]["category"].n_unique() >= 15


def test_a_series_is_what_its_lines_are(folder: Path) -> None:
    found = tables(folder)
    lines = found[STATEMENTS].join(found[TRUTH], on="line_id").filter(pl.col("series_id").is_not_null())
    counted = lines.group_by("series_id").agg(
        pl.len(), pl.col("booked_day").min().alias("first"), pl.col("booked_day").max().alias("last")
    )
    said = found[RECURRING].join(counted, on="series_id")
    assert len(said) == len(found[RECURRING]) == len(counted)
    assert (said["count"] == said["len"]).all()
    assert (said["first_day"] == said["first"]).all()
    assert (said["last_day"] == said["last"]).all()
    assert (found[RECURRING]["next_day"].drop_nulls() > PLAN.last_day).all()


def test_wages_come_on_business_days_and_some_series_have_ended_and_some_prices_risen(folder: Path) -> None:
    found = tables(folder)
    lines = found[STATEMENTS].join(found[TRUTH], on="line_id")
    wages = lines.filter((pl.col("category") == "salary") & pl.col("series_id").str.contains(":wages:"))
    assert len(wages) > 20
    assert sum(is_business_day(day) for day in wages["booked_day"]) / len(wages) > 0.97
    assert 0.05 < found[RECURRING]["next_day"].is_null().mean() < 0.5
    prices = (lines.join(found[RECURRING].filter("subscription"), on="series_id").sort("booked_day").group_by("series_id")).agg(
        pl.col("amount_minor").n_unique()
    )
    assert (prices["amount_minor"] > 1).any()


def test_holders_mostly_say_what_is_true(folder: Path) -> None:
    found = tables(folder)
    marks = found[MARKS].join(found[TRUTH], on="line_id", suffix="_true")
    assert len(marks) > 50
    assert (marks["category"] == marks["category_true"]).mean() > 0.9
    assert marks["marked_day"].max() <= PLAN.last_day


def test_a_plan_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="days"):
        next(statements(replace(PLAN, days=30)))
    with pytest.raises(ValueError, match="households"):
        next(statements(replace(PLAN, households=4_000)))
