"""What a transfer costs: posted together with it, never without it, never twice, and nothing where there is no fee."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from contracts.ledger_events import Purpose
from kit.clock import SystemClock
from kit.postgres import pool
from kit.trial import Trial, running
from ledger.accounts import open_accounts, system_account
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from serving.edge.clocks import TenantClocks
from serving.payments.fees import TransferFees, fee_id
from tests.serving.conftest import Server
from tests.serving.test_transfers import account, balance, body, customer, key

CLOCK = SystemClock()
FEE_MINOR = 175


@pytest.fixture(scope="module", autouse=True)
def product(api: Server) -> None:
    """Savings accounts of `demo` pay for a ted and for nothing else."""
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        connection.execute(
            "insert into bank.product (tenant_id, code, currency, name, kind, transfer_fees) "
            "values ('demo', 'savings', 'BRL', 'Savings', 'savings', '{\"ted\": 175}')"
        )


def saver(api: Server, funds_minor: int) -> str:
    wanted = {"customer_id": customer(api), "currency": "BRL", "product": "savings"}
    opened = api.partner().post("/v1/accounts", json=wanted, headers=key())
    assert opened.status_code == 201, opened.text
    account_id = str(opened.json()["account_id"])
    source = system_account(tenant_id="demo", currency="BRL", code="opening")
    with psycopg.connect(api.settings.core.dsn("api"), autocommit=True) as connection:
        open_accounts(connection, [source], now_ms=CLOCK.now_ms())
        move(connection, source.account_id, uuid.UUID(account_id), funds_minor, purpose=Purpose.OPENING)
    return account_id


def move(connection: psycopg.Connection, debit: uuid.UUID, credit: uuid.UUID, amount_minor: int, **others: object) -> None:
    fields: dict = {
        "kind": Kind.POST, "transfer_id": uuid.uuid4(), "tenant_id": "demo", "occurred_at_ms": CLOCK.now_ms(),
        "amount_minor": amount_minor, "currency": "BRL", "debit_account_id": debit, "credit_account_id": credit,
    }  # fmt: skip
    [result] = post_batch(connection, [PostingRequest(**(fields | others))], now_ms=CLOCK.now_ms())
    assert result.status in ("posted", "held"), result


def send(api: Server, debit: str, credit: str, amount_minor: int, *, channel: str = "ted", headers: dict | None = None):
    wanted = body(debit, credit, amount_minor) | {"channel": channel}
    return api.partner().post("/v1/transfers", json=wanted, headers=headers or key())


def test_a_transfer_and_its_fee_are_posted_together_and_once(api):
    payer, payee, same = saver(api, 10_000), account(api, funds_minor=0), key()
    answers = [send(api, payer, payee, 1_000, headers=same) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert (balance(api, payer), balance(api, payee)) == (10_000 - 1_000 - FEE_MINOR, 1_000)
    entries = api.partner().get(f"/v1/accounts/{payer}/entries").json()["items"]
    assert [(entry["purpose"], entry["amount"]["amount_minor"]) for entry in entries[:2]] == [
        ("transfer", -1_000),
        ("fee", -FEE_MINOR),
    ]
    assert entries[1]["transfer_id"] == str(fee_id(uuid.UUID(answers[0].json()["id"])))


def test_another_channel_and_another_product_cost_nothing(api):
    payer, plain, payee = saver(api, 10_000), account(api), account(api, funds_minor=0)
    assert send(api, payer, payee, 1_000, channel="pix").status_code == 201
    assert send(api, plain, payee, 1_000).status_code == 201
    assert (balance(api, payer), balance(api, plain)) == (9_000, 999_000)


def test_who_cannot_pay_the_fee_cannot_pay(api):
    payer, payee = saver(api, 1_000 + FEE_MINOR - 1), account(api, funds_minor=0)
    refused = send(api, payer, payee, 1_000)
    assert (refused.status_code, refused.json()["code"]) == (422, "transfer-failed")
    assert refused.json()["facts"]["reason"] == "insufficient-funds"
    assert (balance(api, payer), balance(api, payee)) == (1_000 + FEE_MINOR - 1, 0)
    assert send(api, payer, payee, 999).status_code == 201
    assert balance(api, payer) == 0


def test_who_has_not_even_the_fee_is_told_so_the_first_time_on_every_replay_and_of_the_transfer(api):
    payer, payee, same = saver(api, FEE_MINOR - 1), account(api, funds_minor=0), key()
    answers = [send(api, payer, payee, 100, headers=same).json() for _ in range(2)]
    assert [(answer["code"], answer["facts"]["reason"]) for answer in answers] == [
        ("transfer-failed", "insufficient-funds")
    ] * 2
    shown = api.partner().get(f"/v1/transfers/{answers[0]['facts']['transfer_id']}").json()
    assert (shown["status"], shown["reason"]) == ("failed", "insufficient-funds")
    assert (balance(api, payer), balance(api, payee)) == (FEE_MINOR - 1, 0)


def test_twins_that_race_pay_one_fee(api):
    payer, payee, same = saver(api, 10_000), account(api, funds_minor=0), key()
    with ThreadPoolExecutor(8) as racers:
        codes = {send.status_code for send in racers.map(lambda _: send_once(api, payer, payee, same), range(8))}
    assert codes <= {201, 409}
    assert balance(api, payer) == 10_000 - 1_000 - FEE_MINOR


def send_once(api: Server, payer: str, payee: str, same: dict):
    return send(api, payer, payee, 1_000, headers=same)


@pytest.mark.parametrize(("action", "left"), [("release", 10_000 - 1_000 - FEE_MINOR), ("deny", 10_000)])
def test_the_fee_of_a_transfer_under_review_ends_as_the_transfer_does(api, action, left):
    payer, payee = saver(api, 10_000), account(api, funds_minor=0)
    transfer_id = uuid.uuid4()
    with psycopg.connect(api.settings.core.dsn("api"), autocommit=True) as connection:
        income = system_account(tenant_id="demo", currency="BRL", code="income:fees")
        open_accounts(connection, [income], now_ms=CLOCK.now_ms())
        held: dict = {"kind": Kind.HOLD, "expires_at_ms": CLOCK.now_ms() + 60_000}
        move(connection, uuid.UUID(payer), uuid.UUID(payee), 1_000, transfer_id=transfer_id, **held)
        fee: dict = held | {"transfer_id": fee_id(transfer_id), "purpose": Purpose.FEE}
        move(connection, uuid.UUID(payer), income.account_id, FEE_MINOR, **fee)
    ended = api.browser("compliance").post(f"/v1/transfers/{transfer_id}/resolution", json={"action": action})
    assert ended.status_code == 200, ended.text
    answer = api.partner().get(f"/v1/accounts/{payer}/balance").json()
    assert (answer["balance"]["amount_minor"], answer["pending_debits"]["amount_minor"]) == (left, 0)


async def test_what_a_trial_saw_of_an_account_is_not_remembered(api, settings):
    payer = uuid.UUID(saver(api, 10_000))
    asked = PostingRequest(
        kind=Kind.POST, transfer_id=uuid.uuid4(), tenant_id="demo", occurred_at_ms=CLOCK.now_ms(), amount_minor=5,
        currency="BRL", debit_account_id=payer, credit_account_id=uuid.UUID(account(api, funds_minor=0)),
    )  # fmt: skip
    async with pool(settings.core.dsn("postgres"), application="test", max_size=3) as opened:
        fees = TransferFees(opened, clocks=TenantClocks(opened, clock=CLOCK))
        trial = Trial()
        with running(trial):
            async with opened.connection() as connection:
                await connection.execute("update bank.account set product = 'checking' where account_id = %s", (payer,))
            assert await fees.posting(asked, channel="ted") is None
        await trial.undo()
        fee = await fees.posting(asked, channel="ted")
    assert fee is not None
    assert fee.amount_minor == FEE_MINOR
