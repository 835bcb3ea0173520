"""People's own files become transactions by a mapping; what does not fit is named by row and column."""

import csv
import json
from datetime import date
from pathlib import Path

import polars as pl
import psycopg
import pytest
from msgspec.json import decode

from contracts.labels import Label
from contracts.topics import INBOUND_TRANSACTIONS, LABELS
from contracts.transactions import parse_transaction
from kit.ids import inbound_transaction_id
from kit.kafka import consumer, take, topic_name
from kit.settings import Kafka, PostgresServer, Settings
from pipelines.replay import MappingInvalid, RowInvalid, first_rows, replay
from pipelines.replay.__main__ import main
from pipelines.replay.frame import account_uuid, transactions
from pipelines.replay.mapping import SHIPPED, load_mapping

MAPPING = """
tenant: mine
source: core-x
currency: BRL
external_id: id
event_time: {column: day, format: "%d/%m/%Y", has_time: false, zone: America/Sao_Paulo}
amount: {column: value, unit: major}
direction: {column: way, debit: [out], credit: [in]}
channel: {column: how, map: {PIX: pix, CARTAO: card}}
joins:
  - {file: owners.csv, by: account, where: {role: main}, columns: {person: owner}}
fields:
  customer_id: {column: owner, prefix: c}
  account_id: {column: account}
  payee_id: {columns: [bank, other], separator: ":"}
  country: {constant: BR}
labels: {column: fraud, fraud: ["yes"], delay_days: 2}
accounts: {open: true}
"""
FIELDS = ("id", "day", "value", "way", "how", "account", "bank", "other", "fraud")
ROWS = [
    dict(zip(FIELDS, row.split("|"), strict=True))
    for row in (
        "a1|05/01/2024|10.50|out|PIX|77|x|9|no",
        "a22|05/01/2024|3|out|CARTAO|78|||yes",
        "a3|06/01/2024|0.01|in|PIX|77|y|8|no",
    )
]
OWNERS = [
    {"account": "77", "role": "main", "person": "1"},
    {"account": "77", "role": "other", "person": "2"},
    {"account": "78", "role": "main", "person": "3"},
]


def write_csv(path: Path, rows: list[dict[str, str]], *, separator: str = ",") -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    write_csv(tmp_path / "mine.csv", ROWS, separator=";")
    write_csv(tmp_path / "owners.csv", OWNERS)
    (tmp_path / "mine.yaml").write_text(MAPPING)
    return tmp_path


def changed(folder: Path, row: int, **values: str) -> Path:
    rows = [dict(each) for each in ROWS]
    rows[row].update(values)
    write_csv(folder / "mine.csv", rows)
    return folder / "mine.csv"


def mapped(folder: Path, old: str, new: str) -> str:
    assert old in MAPPING
    (folder / "mine.yaml").write_text(MAPPING.replace(old, new))
    return str(folder / "mine.yaml")


def test_a_file_becomes_the_transactions_that_the_mapping_says(mine: Path) -> None:
    first, second, third = first_rows(mine / "mine.csv", str(mine / "mine.yaml"))
    midnight_ms = 1_704_423_600_000  # 2024-01-05T00:00 in São Paulo
    assert first == {
        "schema": 1,
        "transaction_id": str(inbound_transaction_id(tenant_id="mine", source="core-x", external_id="a1")),
        "tenant_id": "mine",
        "source": "core-x",
        "external_id": "a1",
        "event_time": midnight_ms,
        "known_at": midnight_ms + 200,
        "channel": "pix",
        "direction": "debit",
        "amount_minor": 1_050,
        "currency": "BRL",
        "customer_id": "c1",
        "account_id": account_uuid("mine", "77"),
        "payee_id": "x:9",
        "country": "BR",
        "fraud": False,
        "fraud_kind": "unspecified",
    }
    assert second["event_time"] == midnight_ms + 1, "the second of a day without times is a millisecond later"
    assert second["transaction_id"] == str(inbound_transaction_id(tenant_id="mine", source="core-x", external_id="a22"))
    assert "payee_id" not in second, "a file that knows no payee sends none"
    assert (third["direction"], third["amount_minor"], third["event_time"]) == ("credit", 1, midnight_ms + 86_400_000)


@pytest.mark.parametrize(
    ("row", "values", "where"),
    [
        (1, {"value": "ten"}, "row 2, column value: 'ten' is not a number"),
        (2, {"value": "0.001"}, "row 3, column value: '0.001' has more decimals than BRL"),
        (0, {"value": "-4"}, "row 1, column value: '-4' is not from 1"),
        (0, {"value": "0"}, "row 1, column value: '0' is not from 1"),
        (1, {"day": "2024-01-05"}, "row 2, column day: '2024-01-05' is no %d/%m/%Y"),
        (2, {"way": "sideways"}, "row 3, column way: 'sideways' is neither debit nor credit"),
        (2, {"how": "PIGEON"}, "row 3, column how: 'PIGEON' has no translation to channel"),
        (1, {"id": "a1"}, "row 1, column external_id: 'a1' is there more than once"),
        (0, {"other": 'say "x"'}, "row 1, column payee_id"),
    ],
)
def test_what_does_not_fit_is_named_by_row_and_column(mine: Path, row: int, values: dict[str, str], where: str) -> None:
    with pytest.raises(RowInvalid) as refused:
        first_rows(changed(mine, row, **values), str(mine / "mine.yaml"))
    assert where in refused.value.detail


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("currency: BRL", "currency: XXX", "currency XXX"),
        ("column: value,", "column: amount,", "mine.csv has no column amount (it has: id, day, value"),
        ("payee_id:", "payee:", "fields.payee is no field"),
        ("PIX: pix", "PIX: pigeon", "channel pigeon"),
        ("unit: major", "unit: cents", "$.amount.unit"),
        ("tenant: mine", "", "missing required field `tenant`"),
        ("file: owners.csv", "file: nobody.csv", "nobody.csv is not beside the file"),
        ("where: {role: main}, ", "", "more than one row for a value of account"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(mine: Path, old: str, new: str, what: str) -> None:
    with pytest.raises(MappingInvalid) as refused:
        first_rows(mine / "mine.csv", mapped(mine, old, new))
    assert what in refused.value.detail


def test_an_unknown_mapping_lists_those_that_are_shipped(mine: Path) -> None:
    with pytest.raises(MappingInvalid, match="berka, fraud-detection-handbook"):
        load_mapping("no-such-bank")


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.yaml")))
def test_the_shipped_mappings_load(name: str) -> None:
    assert load_mapping(name).tenant


def test_the_berka_mapping_reads_the_shape_of_the_berka_files(tmp_path: Path) -> None:
    pl.DataFrame(
        {
            "trans_id": [1, 2], "account_id": [5, 5], "date": [930101, 930101], "type": ["PRIJEM", "VYBER"],
            "operation": [None, "VYBER KARTOU"], "amount": [700.0, 33.3], "balance": [700.0, 666.7],
            "k_symbol": ["UROK", None], "bank": [None, "YZ"], "account": [None, "62457513"],
        }
    ).write_parquet(tmp_path / "trans.parquet")  # fmt: skip
    disp = {"disp_id": [1, 2], "client_id": [8, 9], "account_id": [5, 5], "type": ["OWNER", "DISPONENT"]}
    pl.DataFrame(disp).write_parquet(tmp_path / "disp.parquet")
    interest, card = first_rows(tmp_path / "trans.parquet", "berka")
    assert (interest["channel"], interest["direction"], interest["customer_id"]) == ("internal", "credit", "c8")
    assert (card["channel"], card["amount_minor"], card["payee_id"]) == ("card", 3_330, "pYZ-62457513")
    assert date.fromtimestamp(interest["event_time"] / 1000 + 7_200) == date(1993, 1, 1)
    assert card["event_time"] == interest["event_time"] + 1


def test_the_handbook_mapping_reads_the_shape_of_its_file(tmp_path: Path) -> None:
    pl.DataFrame(
        {
            "TRANSACTION_ID": [0, 1, 2],
            "TX_DATETIME": ["2018-04-01 00:00:31", "2018-04-01 00:02:10", "2018-04-01 00:03:00"],
            "CUSTOMER_ID": [596, 4961, 7], "TERMINAL_ID": [3156, 3412, 9], "TX_FRAUD": [0, 1, 0],
            "TX_FRAUD_SCENARIO": [0, 3, 0],
            "TX_AMOUNT_CENTS": [5716, 8151, 0],
        }
    ).with_columns(pl.col("TX_DATETIME").str.to_datetime()).write_parquet(tmp_path / "fdh.parquet")  # fmt: skip
    rows = first_rows(tmp_path / "fdh.parquet", "fraud-detection-handbook")
    assert len(rows) == 2, "an amount of zero moves nothing"
    assert (rows[1]["fraud"], rows[1]["fraud_kind"], rows[1]["payee_id"]) == (True, "stolen_card", "t3412")


def test_a_dry_run_shows_rows_and_a_wrong_file_ends_with_code_2(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(mine / "mine.csv"), "--mapping", str(mine / "mine.yaml"), "--dry-run", "2"]) == 0
    assert [json.loads(line)["external_id"] for line in capsys.readouterr().out.splitlines()] == ["a1", "a22"]
    assert main([str(changed(mine, 0, value="x")), "--mapping", str(mine / "mine.yaml"), "--dry-run"]) == 2
    assert "row 1, column value" in capsys.readouterr().err


@pytest.mark.servers
def test_a_replay_opens_accounts_without_limits_and_sends_everything_once(
    mine: Path, core: PostgresServer, kafka: Kafka
) -> None:
    settings = Settings(core=core, kafka=kafka)
    done = replay(settings, mine / "mine.csv", str(mine / "mine.yaml"), tenant="other")
    again = replay(settings, mine / "mine.csv", str(mine / "mine.yaml"), tenant="other")

    assert (done.events, done.labels, done.accounts, done.already_there) == (3, 1, 2, 0)
    assert (again.events, again.labels, again.already_there) == (0, 0, 3)
    sent = [parse_transaction(value) for value in read(kafka, INBOUND_TRANSACTIONS, 3)]
    expected = transactions(mine / "mine.csv", load_mapping(str(mine / "mine.yaml")), tenant_id="other")
    assert [transaction.transaction_id for transaction in sent] == expected["transaction_id"].to_list()
    [label] = [decode(value, type=Label) for value in read(kafka, LABELS, 1)]
    assert label.transaction_id == sent[1].transaction_id
    assert label.known_at == sent[1].known_at + 2 * 86_400_000
    with psycopg.connect(core.dsn("postgres")) as connection:
        [ours] = connection.execute(
            "select count(*) from ledger.account l join bank.account b on b.account_id = l.id "
            "where l.tenant_id = 'other' and not l.debits_must_not_exceed_credits and l.owner_id = b.customer_id"
        ).fetchone()
    assert ours == 2


def read(kafka: Kafka, topic: str, count: int) -> list[bytes]:
    reader = consumer(kafka, group=f"replay-{topic}", client="test")
    reader.subscribe([topic_name(kafka, topic)])
    found: list[bytes] = []
    try:
        while len(found) < count and (messages := take(reader, at_most=1_000, wait_s=15.0)):
            found += [message.value() for message in messages]
        found += [message.value() for message in take(reader, at_most=1_000, wait_s=2.0)]
    finally:
        reader.close()
    return found
