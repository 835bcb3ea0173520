"""The projector on real servers: what it has is what the ledger has, whatever is killed, and what people say beside it."""

import json
import random

import psycopg
import pytest

from contracts.ledger_events import Purpose
from contracts.topics import BANKING_TRANSACTIONS
from tests.streams.projector.bank import Bank, records_of, rows

pytestmark = pytest.mark.servers
PROJECTOR = "streams.projector"


@pytest.fixture(scope="module")
def bank(core, warehouse, traffic, environment) -> Bank:
    return Bank(core, warehouse, traffic, records_of(environment)).open()


def projected(bank: Bank, eventually) -> None:
    bank.carry()
    eventually(bank.is_projected, what="the projector has what the ledger has")


def movement(bank: Bank, transfer_id: object, account_id: object) -> dict:
    columns = "category, channel, mcc, decided, description, note, counterparty_name, counterparty_kind"
    [found] = rows(
        bank.warehouse,
        f"select {columns} from read_model.movement where transfer_id = %s and account_id = %s",
        str(transfer_id),
        str(account_id),
    )
    return dict(zip(columns.split(", "), found, strict=True))


def paid(bank: Bank, account_id: object, to: object) -> tuple[int, int]:
    found = rows(
        bank.warehouse,
        "select -sum(amount_minor)::bigint, count(*) from read_model.movement where account_id = %s "
        "and counterparty_account_id = %s and amount_minor < 0 and purpose = 'transfer'",
        str(account_id),
        str(to),
    )
    return found[0]


def spent(bank: Bank, account_id: object, category: str) -> tuple[int, int]:
    found = rows(
        bank.warehouse,
        "select sum(spent_minor)::bigint, sum(spent_count)::bigint from read_model.spending "
        "where account_id = %s and category = %s",
        str(account_id),
        category,
    )
    return found[0]


def test_random_histories_are_the_ledgers_whatever_is_killed(bank, start, eventually):
    """Held, partly posted, expired, reversed, linked and refused transfers; a projector that dies in the middle, five times."""
    chance = random.Random(20_261_129)
    for _ in range(5):
        projector = start(PROJECTOR)
        before = rows(bank.warehouse, "select count(*) from read_model.movement")
        bank.live(chance, batches=6)
        bank.carry()
        eventually(
            lambda before=before: rows(bank.warehouse, "select count(*) from read_model.movement") > before, what="it writes"
        )
        bank.live(chance, batches=6)
        bank.carry()
        projector.kill()
    statuses = dict(rows(bank.core, "select status, count(*) from ledger.transfer group by 1"))
    assert {"posted", "held", "voided", "expired", "denied", "failed"} <= statuses.keys()
    partly = rows(bank.core, "select count(*) from ledger.transfer where status = 'posted' and posted_minor < amount_minor")
    assert partly[0][0] > 0
    last = start(PROJECTOR)
    projected(bank, eventually)
    bank.check()
    assert last.terminate() == 0


def test_words_names_and_categories_follow_when_they_change_and_go_when_they_are_erased(bank, start, eventually):
    payer, payee = bank.accounts[:2]
    request = bank.posting(payer, payee, 700)
    with psycopg.connect(bank.core.dsn("postgres")) as connection:
        connection.execute("insert into bank.transfer_note values ('demo', %s, 'Almoço de sexta')", (request.transfer_id,))
    start(PROJECTOR)
    bank.post([request])
    projected(bank, eventually)
    found = movement(bank, request.transfer_id, payer)
    assert (found["category"], found["counterparty_kind"], found["description"]) == ("people", "customer", "Almoço de sexta")
    assert found["counterparty_name"] == "João da Conceição 1"
    before, meant = spent(bank, payer, "people"), paid(bank, payer, payee)
    with psycopg.connect(bank.core.dsn("postgres")) as connection:
        connection.execute(
            "insert into bank.transaction_mark (tenant_id, account_id, transfer_id, category, note) "
            "values ('demo', %s, %s, 'restaurants', 'com a Ana')",
            (payer, request.transfer_id),
        )
        connection.execute("delete from bank.transfer_note where transfer_id = %s", (request.transfer_id,))
        connection.execute("delete from bank.person where customer_id = 'c1'")

    def changed() -> bool:
        now = movement(bank, request.transfer_id, payer)
        return (now["category"], now["description"], now["note"], now["counterparty_name"]) == (
            "restaurants",
            None,
            "com a Ana",
            None,
        )

    eventually(changed, what="the change and both erasures arrive")
    assert movement(bank, request.transfer_id, payee)["category"] == "people"
    # The word is meant of what else they paid to the same account.
    assert meant[1] > 1
    assert spent(bank, payer, "restaurants") == meant
    assert spent(bank, payer, "people") == (before[0] - meant[0], before[1] - meant[1])
    assert rows(
        bank.warehouse, "select count(*) from read_model.movement where words @@ to_tsquery('simple', 'almoc | conceica')"
        " and account_id = %s and transfer_id = %s", str(payer), str(request.transfer_id)
    ) == [(0,)]  # fmt: skip
    bank.check()


def test_channel_and_merchant_come_with_the_event_or_when_the_decision_arrives(bank, start, eventually):
    payer = bank.accounts[2]
    transaction = json.dumps({"channel": "card", "mcc": 5411}).encode()
    carried = bank.posting(payer, bank.pix, 300, door="rpc", transaction=transaction)
    bare = bank.posting(payer, bank.pix, 400, door="inbound")
    fee = bank.posting(payer, bank.fees, 5, purpose=Purpose.FEE)
    start(PROJECTOR)
    bank.post([carried, bare, fee])
    projected(bank, eventually)
    assert movement(bank, carried.transfer_id, payer)["category"] == "groceries"
    assert movement(bank, fee.transfer_id, payer)["category"] == "fees"
    early = movement(bank, bare.transfer_id, payer)
    assert (early["channel"], early["decided"], early["category"]) == ("pix", False, "transfers")
    with psycopg.connect(bank.warehouse.dsn("postgres")) as connection:
        connection.execute(
            "insert into raw.decisions (tenant_id, transaction_id, epoch, n, door, adopted, event_time, known_at, channel, "
            "direction, amount_minor, currency, mcc, verdict, source, rules, reasons, policy, feature_set, truncated, late, "
            "control_group, scored_at, log_offset) values ('demo', %s, 1, 1, 'inbound', false, now(), now(), 'card', "
            "'debit', 400, 'BRL', 5812, 'allow', 'scorer', '{}', '{}', 'p', 'f', false, false, false, now(), 1)",
            (bare.transfer_id,),
        )
    eventually(lambda: movement(bank, bare.transfer_id, payer)["decided"], what="the decision's facts arrive")
    late = movement(bank, bare.transfer_id, payer)
    assert (late["channel"], late["mcc"], late["category"]) == ("card", 5812, "restaurants")
    assert spent(bank, payer, "restaurants") == (400, 1)
    bank.check()


def test_what_cannot_be_read_goes_to_the_dlq_and_the_fold_goes_on(bank, start, eventually):
    start(PROJECTOR)
    bank.carry()
    broken = [
        b"{not json",
        b'{"status":"posted"}',
        b'{"status":"posted","tenant_id":"demo","transfer_id":"' + b"-" * 36 + b'"}',
    ]
    bank.traffic.send(BANKING_TRANSACTIONS, broken)
    bank.post([bank.posting(bank.accounts[0], bank.pix, 11)])
    projected(bank, eventually)
    refused = bank.traffic.dlq(BANKING_TRANSACTIONS, at_least=len(broken), within_s=10)
    assert sorted(value for value, _ in refused) == sorted(broken)
    bank.check()


def test_the_api_reads_its_own_tenants_history_alone(bank):
    with psycopg.connect(bank.warehouse.dsn("analytics")) as api:
        for table in ("movement", "balance", "spending"):
            assert api.execute(f"select count(*) from read_model.{table}").fetchone() == (0,)
        api.execute("select set_config('app.tenant_id', 'other', true)")
        assert api.execute("select count(*) from read_model.movement").fetchone() == (0,)
        api.execute("select set_config('app.tenant_id', 'demo', true)")
        assert api.execute("select count(*) > 0 from read_model.movement").fetchone() == (True,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            api.execute("delete from read_model.movement")


def test_a_second_projector_waits_and_takes_over(bank, start, eventually):
    first = start(PROJECTOR)
    bank.post([bank.posting(bank.accounts[0], bank.pix, 12)])
    projected(bank, eventually)
    second = start(PROJECTOR)
    bank.post([bank.posting(bank.accounts[0], bank.pix, 13)])
    projected(bank, eventually)
    assert second.ended is None
    first.kill()
    bank.post([bank.posting(bank.accounts[0], bank.pix, 14)])
    projected(bank, eventually)
    bank.check()
    assert second.terminate() == 0
