"""A gate's evidence knows the age and region of who paid, wherever that is known, and says unknown where it is not."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bench.backtest import lay_history, write_labels
from bench.random_model import random_export
from bench.random_traffic import START_MS, STEP_MS
from contracts.controls import ModelControl
from contracts.decisions import DecisionRecord, LogRecord
from contracts.transactions import Transaction
from feature_store.vocabulary import LABEL_DELAY_MS
from pipelines.lake import log_records
from pipelines.promotion.evidence import gather
from pipelines.promotion.people import NOBODY, People
from risk.gate import Evidence, judge
from risk.segments import AGE_GROUPS, AGE_NAMES, REGION_GROUPS, UNKNOWN
from scoring.scanner import scan_transactions

EVENTS = 3_000
YEAR = 2025  # of START_MS
decode = msgspec.json.Decoder(LogRecord).decode


def transactions(lake: Path) -> list[Transaction]:
    records = (decode(record) for batch in log_records(lake) for record in batch)
    return [record.transaction for record in records if isinstance(record, DecisionRecord)]


def facts(customers: list[str]) -> list[tuple[str, str, int | None, str | None]]:
    """Of every other customer something is known: the year of birth of all, the state of half of them."""
    known = sorted(set(customers))[::2]
    return [("bench", who, YEAR - 20 - 10 * (k % 6), ("BA", "SP", None, None)[k % 4]) for k, who in enumerate(known)]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evidence, list[Transaction], list]:
    folder = tmp_path_factory.mktemp("gate")
    lake, models = folder / "lake", folder / "models"
    lay_history(lake, models, events=EVENTS)
    paid = transactions(lake)
    known = facts([each.customer_id for each in paid])
    write_labels(lake, [("bench", each.transaction_id, True, START_MS) for each in paid[::20]])
    controls = [
        ModelControl(
            control_id="0" * 36, known_at=0, alias=alias, name="fraud", version=version,
            export_sha256=random_export(models, trees=10, isolation_trees=5, seed=version, version=version),
        )
        for alias, version in (("champion", 1), ("challenger", 2))
    ]  # fmt: skip
    evidence = gather(
        lake, models, controls, people=People(known), unseen_from_ms=START_MS,
        now_ms=START_MS + EVENTS * STEP_MS + LABEL_DELAY_MS, progress=lambda _done, _total: None,
    )  # fmt: skip
    return evidence, paid, known


def test_each_decision_is_in_the_group_of_who_paid(found):
    evidence, paid, known = found
    about = {customer: (born, state) for _, customer, born, state in known}
    ages, regions = [], []
    for each in paid:
        born, state = about.get(each.customer_id, (None, None))
        band = (
            None
            if born is None
            else [name for name, least in zip(AGE_NAMES, (0, 25, 35, 45, 55, 65), strict=True) if YEAR - born >= least][-1]
        )
        ages.append(band or UNKNOWN)
        regions.append({"BA": "Nordeste", "SP": "Sudeste", None: UNKNOWN}[state])
    for dimension, expected, names in (("age", ages, AGE_GROUPS), ("region", regions, REGION_GROUPS)):
        numbers, told = evidence.groups[dimension]
        assert told == names
        assert [names[number] for number in numbers] == expected
    assert len(Counter(ages)) == len(AGE_GROUPS)


def test_a_challenger_that_is_worse_for_the_old_alone_is_stopped_by_name(found):
    evidence, _, _ = found
    generator = np.random.default_rng(1)
    rows = 20_000
    fraud = generator.random(rows) < 0.02
    age = generator.integers(0, len(AGE_GROUPS), rows)
    old = age == AGE_GROUPS.index("65 and more")
    noise = generator.normal(size=(2, rows))
    champion = 3.0 * fraud + noise[0]
    challenger = np.where(old, 0.3, 7.0) * fraud + noise[1]
    made_up = replace(evidence, fraud=fraud, champion=champion, challenger=challenger, groups={"age": (age, AGE_GROUPS)})
    judged = judge(made_up, seed=1)
    assert judged.gain_low > 0
    assert [problem.partition(":")[0] for problem in judged.problems] == ["age 65 and more"]
    named = {(group.dimension, group.group) for group in judge(evidence, seed=1).groups}
    assert {("age", "25 to 34"), ("age", UNKNOWN), ("region", "Nordeste"), ("region", UNKNOWN)} <= named


def test_a_customer_of_another_tenant_and_an_unnamed_one_are_nobody():
    base = {
        "schema": 1, "transaction_id": "0195f3a0-0000-7000-8000-000000000001", "source": "s", "external_id": "x",
        "event_time": 1, "known_at": 1, "channel": "pix", "direction": "debit", "amount_minor": 1, "currency": "BRL",
    }  # fmt: skip
    messages = [
        msgspec.json.encode(base | {"tenant_id": tenant} | ({"customer_id": who} if who else {}))
        for tenant, who in (("demo", "ana"), ("other", "ana"), ("demo", None), ("demo", "anana"))
    ]
    scan = scan_transactions(messages)
    assert not scan.refused
    numbers = People([("demo", "bia", 1980, "SP"), ("demo", "ana", 1990, "BA")]).among(scan, np.arange(4))
    assert numbers.tolist() == [2, NOBODY, NOBODY, NOBODY]
    assert People().groups(np.zeros(2, np.int64), np.zeros(2, np.int64))["region"][0].tolist() == [5, 5]
