"""The credit bench on tables that are made up in the challenge's shape, and what its reading of them may not know."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import bench.credit_score
from bench.berka.book import ORDERS_RUN_FROM_DAYS, BerkaRefused, attributes_of, read
from tests.bench.test_benches import check_contract

LOANS = 400
FIRST = date(1993, 1, 1)


def berka_days(after: np.ndarray) -> list[int]:
    return [int(f"{FIRST + timedelta(days=int(each)):%y%m%d}") for each in after]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Loans of accounts one to LOANS, opened in 1993; the larger a loan, the likelier it ends badly."""
    path, generator = tmp_path_factory.mktemp("berka"), np.random.default_rng(6)
    number = np.arange(1, LOANS + 1)
    opened, age = generator.integers(0, 200, LOANS), generator.integers(110, 1_800, LOANS)
    payments = generator.uniform(500, 9_000, LOANS).round()
    bad = generator.random(LOANS) < 1 / (1 + np.exp(4.0 - payments / 2_000))
    status = np.where(bad, np.where(number % 2, "B", "D"), np.where(number % 2, "A", "C"))
    born = np.where(number % 2, 605_000, 600_000) + 712
    tables = {
        "account": {
            "account_id": number, "district_id": 1 + number % 4, "frequency": ["-"] * LOANS, "date": berka_days(opened)
        },
        "client": {"client_id": number + 7, "birth_number": born, "district_id": number % 4 + 1},
        "disp": {"disp_id": number, "client_id": number + 7, "account_id": number, "type": ["OWNER"] * LOANS},
        "card": {"card_id": [1], "disp_id": [1], "type": ["gold"], "issued": ["931107 00:00:00"]},
        "loan": {
            "loan_id": number, "account_id": number, "date": berka_days(opened + age), "amount": (payments * 24).astype(int),
            "duration": [24] * LOANS, "payments": payments, "status": status,
        },
        "order": {
            "order_id": [1, 2, 3], "account_id": [1, 1, 2], "bank_to": ["AB"] * 3, "account_to": [5, 6, 7],
            "amount": [100.5, 200.0, 300.0], "k_symbol": ["SIPO", "UVER", " "],
        },
        "district": {
            "A1": [1, 2, 3, 4], "A2": ["-"] * 4, "A3": ["Prague", "Prague", "south", "south"], "A4": [1_000] * 4,
            "A11": [9_000] * 4, "A12": ["1.5", "?", "2", "3"], "A13": [2.5] * 4,
            "A15": ["20", "?", "30", "40"], "A16": [50] * 4,
        },
    }  # fmt: skip
    for name, columns in tables.items():
        pl.DataFrame(columns).write_parquet(path / f"{name}.parquet")
    account, day = np.repeat(number, 40), np.tile(np.arange(0, 400, 10), LOANS)
    credit = np.tile(np.arange(40) % 3 == 0, LOANS)
    trans = pl.DataFrame(
        {
            "trans_id": np.arange(len(day)), "account_id": account, "date": berka_days(np.repeat(opened, 40) + day),
            "type": np.where(credit, "PRIJEM", "VYDAJ"), "operation": np.where(credit, "PREVOD Z UCTU", "VYBER"),
            "amount": np.where(credit, 20_000.0, 9_000.0), "balance": generator.uniform(-500, 30_000, len(day)).round(1),
            "k_symbol": [None] * len(day), "bank": [None] * len(day), "account": [None] * len(day),
        }
    )  # fmt: skip
    trans.write_parquet(path / "trans.parquet")
    return path


def test_a_quick_run_ends_with_its_figures_and_those_of_its_peers(folder, capsys):
    assert bench.credit_score.main([str(folder), "--quick"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    check_contract(told, name="credit-score")
    figures = told["figures"]
    for name in ("gini", "ks", "later_gini", "with_transactions_gini"):
        assert figures[f"{name}_low"] <= figures[name] <= figures[f"{name}_high"]
    assert figures["gini"] > 0.2
    assert told["settings"]["loans"] == LOANS
    assert {"gradient-trees", "logistic-regression", "card-of-dated-tables-alone"} <= told["baselines"].keys()


def test_the_tables_are_read_as_they_mean(folder):
    book = read(folder)
    loan, raw = book.loans.row(0, named=True), pl.read_parquet(folder / "loan.parquet").row(0, named=True)
    assert loan["bad"] == (raw["status"] in "BD")
    assert (loan["payment_minor"], loan["sex"], loan["birth_date"]) == (raw["payments"] * 100, "female", date(1960, 7, 12))
    assert loan["card_since"] == date(1993, 11, 7)
    assert book.loans["card_since"].null_count() == LOANS - 1
    mine = book.movements.filter(pl.col("account_id") == "1")
    assert mine["amount_minor"].to_list()[:2] == [2_000_000, -900_000]
    assert mine["kind"].to_list()[:2] == ["transfer", "cash"]


def test_what_was_not_known_at_the_grant_is_unknown(folder):
    book = read(folder)
    found = attributes_of(book, max_stale_days=365)
    young = (book.loans["granted_on"] - book.loans["opened_on"]).dt.total_days() <= ORDERS_RUN_FROM_DAYS
    assert 0 < young.sum() < LOANS
    assert (found["standing_orders"].is_null() == young).all()
    # The loan's own order is not among them.
    assert book.orders["amount_minor"].to_list() == [10_050, 30_000]
    granted = book.loans["granted_on"]
    assert found["area_unemployment_pct"].filter(granted < date(1996, 1, 2)).is_null().all()
    assert set(found["area_unemployment_pct"].filter(granted > date(1997, 1, 1))) == {2.5}


def test_a_folder_without_the_tables_is_refused_with_what_is_missing(folder, tmp_path, capsys):
    assert bench.credit_score.main([str(tmp_path / "nowhere")]) == 2
    assert "is no folder" in capsys.readouterr().err
    (tmp_path / "loan.parquet").write_bytes((folder / "loan.parquet").read_bytes())
    with pytest.raises(BerkaRefused, match=r"holds no account\.parquet"):
        read(tmp_path)
