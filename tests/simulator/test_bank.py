"""The simulated bank: reproducible, valid, plausible, and with fraud that the amount does not give away."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from msgspec.json import decode

from contracts.labels import Label
from contracts.transactions import parse_transaction
from kit.ids import inbound_transaction_id
from simulator.bank import Plan
from simulator.codes import DAY_MS
from simulator.encode import messages
from simulator.files import write
from tests.simulator.conftest import PLAN, Written


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    plan = replace(PLAN, customers=300, days=4)
    write(tmp_path / "one", plan)
    write(tmp_path / "two", plan)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_another_seed_gives_another_bank(tmp_path: Path) -> None:
    plan = replace(PLAN, customers=300, days=2)
    write(tmp_path / "one", plan)
    write(tmp_path / "two", replace(plan, seed=6))
    assert digests(tmp_path / "one")["labels.parquet"] != digests(tmp_path / "two")["labels.parquet"]


def test_a_bank_too_small_for_a_mule_has_others_lend_their_accounts(tmp_path: Path) -> None:
    plan = Plan(customers=200, days=60, seed=11, until_ms=PLAN.until_ms)
    write(tmp_path / "small", plan)
    truth = pl.read_parquet(tmp_path / "small" / "truth.parquet")
    assert truth["kind"].str.starts_with("mule").any()


def test_an_unfinished_folder_is_written_again_and_a_foreign_one_is_left(tmp_path: Path) -> None:
    plan = replace(PLAN, customers=300, days=2)
    write(tmp_path / "bank", plan)
    whole = digests(tmp_path / "bank")
    (tmp_path / "bank" / "manifest.json").unlink()
    next((tmp_path / "bank" / "events").iterdir()).write_bytes(b"half")
    write(tmp_path / "bank", plan)
    assert digests(tmp_path / "bank") == whole
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("irreplaceable")
    with pytest.raises(FileExistsError):
        write(tmp_path / "mine", plan)


def test_every_event_and_every_label_is_valid_by_the_contract(bank: Written) -> None:
    for text in messages(bank.events.to_arrow()):
        parse_transaction(text.encode())
    for text in messages(bank.labels.to_arrow()):
        decode(text, type=Label)


def test_ids_are_the_ones_that_the_kit_derives_and_none_comes_twice(bank: Written) -> None:
    first = bank.events.row(0, named=True)
    assert first["transaction_id"] == str(
        inbound_transaction_id(tenant_id="demo", source="simulator", external_id=first["external_id"])
    )
    assert bank.events["transaction_id"].n_unique() == len(bank.events) == bank.manifest["events"]
    assert bank.labels["label_id"].n_unique() == len(bank.labels)


def test_events_arrive_in_order_within_the_period_and_after_they_happened(bank: Written) -> None:
    assert bank.events["known_at"].is_sorted()
    assert (bank.events["known_at"] > bank.events["event_time"]).all()
    assert bank.events["known_at"].max() < PLAN.until_ms
    assert bank.events["event_time"].min() > PLAN.until_ms - (PLAN.days + 1) * DAY_MS


def test_fraud_is_rare_and_of_every_kind(bank: Written) -> None:
    share = len(bank.truth) / len(bank.events)
    assert 0.003 <= share <= 0.007
    assert bank.truth["kind"].n_unique() == 8


def test_a_rule_on_the_amount_alone_finds_little(bank: Written) -> None:
    fraud = bank.events["transaction_id"].is_in(bank.truth["transaction_id"].implode()).to_numpy()
    amount = bank.events["amount_minor"].to_numpy()
    assert 0.35 < area_under_roc(fraud, amount) < 0.68
    # The best rule "from a to b" of a hundred bins, learnt on the first half, finds few frauds in the second.
    half = len(amount) // 2
    edges = np.unique(np.quantile(amount[:half], np.linspace(0, 1, 101)))
    bins = np.searchsorted(edges, amount)
    seen = np.bincount(bins[:half], minlength=len(edges) + 1)
    rate = np.bincount(bins[:half], fraud[:half], len(edges) + 1) / np.maximum(seen, 1)
    score = rate[bins[half:]]
    alerts = np.argsort(-score, kind="stable")[: len(score) // 200]
    assert fraud[half:][alerts].sum() / fraud[half:].sum() < 0.05


def area_under_roc(positive: np.ndarray, score: np.ndarray) -> float:
    _values, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    ranks = middle[inverse]
    return (ranks[positive].sum() - positive.sum() * (positive.sum() + 1) / 2) / (positive.sum() * (~positive).sum())


def test_what_newness_and_velocity_show_is_what_fraud_does(bank: Written) -> None:
    """A first payment to a payee, together with another within the hour, is many times as often fraud as the average."""
    pix = bank.events.filter((pl.col("channel") == "pix") & (pl.col("direction") == "debit")).sort("event_time")
    pix = pix.with_columns(
        fraud=pl.col("transaction_id").is_in(bank.truth["transaction_id"].implode()),
        new_payee=pl.struct("customer_id", "payee_id").is_first_distinct(),
        gap_ms=pl.col("event_time").diff().over("customer_id"),
    ).filter(pl.col("event_time") > PLAN.until_ms - 15 * DAY_MS)
    suspicious = pix.filter(pl.col("new_payee") & (pl.col("gap_ms") < 3_600_000))
    assert suspicious["fraud"].mean() > 4 * pix["fraud"].mean()


def test_labels_come_days_later_a_few_never_and_a_few_wrongly(bank: Written) -> None:
    told = bank.labels.join(bank.events.select("transaction_id", arrived="known_at"), on="transaction_id", how="left")
    assert told["arrived"].null_count() == 0
    delay_days = (told["known_at"] - told["arrived"]) / DAY_MS
    assert delay_days.min() > 0
    of_kind = told.with_columns(delay=delay_days).group_by("kind").agg(pl.col("delay").median()).rows()
    median = dict(of_kind)
    assert median["social_pressure"] < median["stolen_card"] < median["structuring"] < median["first_party_abuse"]
    frauds = set(bank.truth["transaction_id"])
    labelled = set(told.filter("fraud")["transaction_id"])
    assert 0.01 < len(frauds - labelled) / len(frauds) < 0.09
    assert 0 < len(labelled - frauds) < 0.001 * len(bank.events)


def test_the_ledger_would_rarely_lack_funds(bank: Written) -> None:
    accounts = pl.read_parquet(bank.folder / "accounts.parquet")
    balance = dict(accounts.select("account_id", "opening_minor").rows())
    refused = 0
    for account, payee, direction, amount in bank.events.select("account_id", "payee_id", "direction", "amount_minor").rows():
        if direction == "credit":
            balance[account] += amount
        elif balance[account] < amount:
            refused += 1
        else:
            balance[account] -= amount
            if payee in balance:
                balance[payee] += amount
    assert refused / len(bank.events) < 0.005
    assert min(balance.values()) >= 0


def test_channels_weekdays_and_paydays_look_like_a_brazilian_bank(bank: Written) -> None:
    by_channel = dict(bank.events["channel"].value_counts(normalize=True).rows())
    assert by_channel["pix"] > by_channel["card"] > by_channel["boleto"] > by_channel["ted"]
    ted = bank.events.filter((pl.col("channel") == "ted") & (pl.col("direction") == "credit"))
    local = pl.from_epoch(pl.col("event_time") - 3 * 3_600_000, time_unit="ms")
    paid = ted.group_by(local.dt.date().alias("day")).len().sort("len", descending=True)
    assert str(paid["day"][0]) == "2026-03-06", "the 5th business day of March 2026"
    accounts = pl.read_parquet(bank.folder / "accounts.parquet")["account_id"]
    inside = bank.events.filter(pl.col("payee_id").is_in(accounts.implode()))
    assert len(inside) / len(bank.events) > 0.08


def test_the_planted_ring_is_in_the_last_two_days_with_the_ids_of_the_manifest(bank: Written) -> None:
    ring = bank.manifest["ring"]
    collected = bank.events.filter(pl.col("payee_id").is_in(ring["accounts"]) & pl.col("customer_id").is_in(ring["victims"]))
    assert collected["customer_id"].n_unique() == len(ring["victims"])
    assert collected["event_time"].min() >= PLAN.until_ms - 2 * DAY_MS
    scattered = bank.events.filter(pl.col("customer_id").is_in(ring["hubs"]) & pl.col("device_id").is_in(ring["devices"]))
    assert scattered["payee_id"].n_unique() >= 10
    assert set(collected["transaction_id"]) <= set(bank.truth["transaction_id"])


def test_no_ids_tell_more_than_they_should(bank: Written) -> None:
    customers = pl.read_parquet(bank.folder / "customers.parquet")
    people = {*customers["name"], *customers["cpf"]}
    texts = {
        value for name in bank.events.columns if bank.events[name].dtype == pl.String for value in bank.events[name].unique()
    }
    assert not people & texts
    assert json.loads((bank.folder / "manifest.json").read_text())["plan"]["seed"] == PLAN.seed


def test_a_plan_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="200"):
        write(tmp_path / "few", replace(PLAN, customers=10))
    with pytest.raises(ValueError, match="days"):
        write(tmp_path / "none", Plan(customers=300, days=0, seed=1, until_ms=PLAN.until_ms))
