"""What movements were for: by codes, texts and words; taken up again when a new model comes, and always what is said now."""

import random
import uuid
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import psycopg
import pytest

from insight.categories.files import DOCUMENT, save
from insight.categories.model import TextModel
from insight.categories.text import grams
from kit.clock import SystemClock
from kit.settings import Settings
from streams.projector.checking import compare
from streams.projector.rebuild import rebuild
from tests.streams.projector.bank import Bank, records_of, rows

pytestmark = pytest.mark.servers
PROJECTOR = "streams.projector"
BUCKETS = 1 << 10
CATEGORIES = ("fuel", "groceries", "home")
_SWEEPING = "select count(*) from read_model.position where swept_account is not null"


def text_model(*words: str, merchants: dict[str, str] | None = None) -> TextModel:
    """Sure that a text with the n-th word is for the n-th category; "" for a category that it knows no word of."""
    weights = np.zeros((BUCKETS, len(CATEGORIES)))
    for place, word in enumerate(words):
        if word:
            weights[grams([("m", word)], buckets=BUCKETS).buckets[1:], place] += 6.0
    return TextModel(
        format=1, categories=CATEGORIES, buckets=BUCKETS, weights=weights.astype("<f2").tobytes(), bias=(0.0, 0.0, 0.0),
        temperature=1.0, threshold=0.6, merchants=merchants or {}, trained_until="2026-01-01", facts={"texts": 1},
    )  # fmt: skip


@pytest.fixture(scope="module")
def settings(core, warehouse, kafka, environment) -> Settings:
    return Settings(core=core, warehouse=warehouse, kafka=kafka, var=Path(environment["BAAS_VAR"]))


@pytest.fixture(scope="module")
def bank(core, warehouse, traffic, environment) -> Bank:
    found = Bank(core, warehouse, traffic, records_of(environment)).open()
    found.live(random.Random(3), batches=8)
    return found


def publish(bank: Bank, settings: Settings, model: TextModel) -> int:
    with psycopg.connect(bank.warehouse.dsn("transform")) as connection:
        row = connection.execute(
            "insert into read_model.category_model (sha256, learned_from, learned_until, texts, merchants, made_at) "
            "values (%s, 'test', %s, 1, %s, now()) returning model_id",
            (save(settings.models, model), date(2026, 1, 1), len(model.merchants)),
        ).fetchone()
    return row[0]


def transaction(**fields: object) -> bytes:
    return msgspec.json.encode({"channel": "pix", "direction": "debit"} | fields)


def pay(bank: Bank, payer: uuid.UUID, text: str | None, amount_minor: int = 100, **fields: object) -> uuid.UUID:
    """A payment to somebody beyond the bank; returns its id."""
    request = bank.posting(payer, bank.pix, amount_minor, door="rpc", transaction=transaction(**fields))
    if text is not None:
        with psycopg.connect(bank.core.dsn("postgres")) as connection:
            connection.execute("insert into bank.transfer_note values ('demo', %s, %s)", (request.transfer_id, text))
    bank.post([request])
    return request.transfer_id


def call(bank: Bank, account_id: uuid.UUID, transfer_id: uuid.UUID, category: str | None) -> None:
    with psycopg.connect(bank.core.dsn("postgres")) as connection:
        if category is None:
            connection.execute("delete from bank.transaction_mark where transfer_id = %s", (transfer_id,))
            return
        connection.execute(
            "insert into bank.transaction_mark as m (tenant_id, account_id, transfer_id, category) values ('demo', %s, %s, %s) "
            "on conflict (tenant_id, account_id, transfer_id) do update "
            "set category = excluded.category, marked_at = clock_timestamp()",
            (account_id, transfer_id, category),
        )


def said(bank: Bank, *transfers: uuid.UUID, account_id: uuid.UUID | None = None) -> list[tuple[str, str]]:
    found = {
        transfer: (category, by)
        for transfer, account, category, by in rows(
            bank.warehouse,
            "select transfer_id, account_id, category, category_by from read_model.movement join read_model.serving "
            "using (generation) where transfer_id = any(%s)",
            list(transfers),
        )
        if account_id in (None, account)
    }
    return [found[transfer] for transfer in transfers]


def everything(bank: Bank) -> list[tuple]:
    return rows(
        bank.warehouse,
        "select account_id, sequence, category, category_by, counterparty_id from read_model.movement "
        "join read_model.serving using (generation) order by 1, 2",
    )


@pytest.fixture
def projected(bank, start, eventually):
    """Starts a projector, and brings it to where the ledger is whenever it is called."""
    start(PROJECTOR)

    def bring() -> None:
        bank.carry()
        eventually(bank.is_projected, what="the projector has what the ledger has")

    return bring


def test_without_a_model_codes_and_rules_decide_and_say_so(bank, projected, settings):
    payer = bank.accounts[0]
    coded, plain = pay(bank, payer, None, mcc=5912), pay(bank, payer, "posto real", payee_id="p1")
    projected()
    assert said(bank, coded, plain) == [("health", "code"), ("transfers", "rule")]
    assert compare(settings, wait_s=5).difference is None


def test_a_new_model_is_taken_up_without_a_restart_for_what_is_there_and_what_comes(bank, projected, settings, eventually):
    payer = bank.accounts[1]
    fuel, market, shop = (
        pay(bank, payer, "posto real", 300),
        pay(bank, payer, "mercado azul", 500),
        pay(bank, payer, None, 700, merchant_id="m9"),
    )
    projected()
    assert said(bank, fuel, market, shop) == [("transfers", "rule")] * 3
    model_id = publish(bank, settings, text_model("posto", "mercado", merchants={"demo/m9": "leisure"}))
    wanted = [("fuel", "text"), ("groceries", "text"), ("leisure", "merchant")]
    eventually(lambda: said(bank, fuel, market, shop) == wanted, what="what was there is decided again")
    eventually(lambda: rows(bank.warehouse, _SWEEPING) == [(0,)], what="all of it has been")
    assert rows(bank.warehouse, "select distinct category_model from read_model.position") == [(model_id,)]
    later = pay(bank, payer, "POSTO DA ESQUINA")
    projected()
    assert said(bank, later) == [("fuel", "text")]
    bank.check()
    assert compare(settings, wait_s=5).difference is None


def test_a_holders_word_is_meant_of_the_same_payee_until_it_is_taken_back(bank, projected, settings, eventually):
    mine, others = bank.accounts[2], bank.accounts[3]
    first, again, to_another = (pay(bank, mine, None, 10 + n, payee_id=who) for n, who in enumerate(["p7", "p7", "p8"]))
    of_others = pay(bank, others, None, payee_id="p7")
    projected()
    call(bank, mine, first, "education")
    eventually(lambda: said(bank, first, again) == [("education", "holder")] * 2, what="both are called that")
    assert said(bank, to_another, of_others) == [("transfers", "rule")] * 2
    later = pay(bank, mine, None, payee_id="p7")
    projected()
    assert said(bank, later) == [("education", "holder")]
    call(bank, mine, again, "health")
    eventually(
        lambda: said(bank, first, again, later) == [("education", "holder"), ("health", "holder"), ("health", "holder")],
        what="the newest word counts, and each keeps its own",
    )
    bank.check()
    assert compare(settings, wait_s=5).difference is None
    for transfer in (first, again):
        call(bank, mine, transfer, None)
    eventually(lambda: said(bank, first, again, later) == [("transfers", "rule")] * 3, what="nothing is said any more")
    assert compare(settings, wait_s=5).difference is None


def test_a_word_for_a_text_is_meant_of_nearly_the_same_text_where_nobody_knows_who_was_paid(bank, projected, eventually):
    mine = bank.accounts[2]
    first, near, far = (pay(bank, mine, text) for text in ("aula de violao do zeca", "aula violao do zeca 2", "coisas"))
    projected()
    call(bank, mine, first, "education")
    eventually(lambda: said(bank, first, near) == [("education", "holder")] * 2, what="the near one is called that too")
    assert said(bank, far)[0][1] != "holder"


def test_whatever_is_killed_while_models_come_it_ends_as_a_rebuild_has_it(bank, start, settings, eventually):
    """Words, payments and models come while the projector dies again and again; then all is what a fresh fold makes of it."""
    chance = random.Random(5)
    words = ["posto", "mercado", "reforma", "posto real"]
    for turn in range(5):
        projector = start(PROJECTOR)
        publish(bank, settings, text_model(*chance.sample(words, 3), merchants={"demo/p1": chance.choice(CATEGORIES)}))
        for _ in range(10):
            payer = chance.choice(bank.accounts)
            transfer = pay(
                bank, payer, chance.choice([None, *words]), chance.randrange(1, 99), payee_id=chance.choice(["p1", "p2", None])
            )
            if chance.random() < 0.4:
                call(bank, payer, transfer, chance.choice(CATEGORIES))
        bank.carry()
        before = rows(bank.warehouse, "select count(*) from read_model.movement")
        if turn % 2:
            eventually(
                lambda before=before: rows(bank.warehouse, "select count(*) from read_model.movement") > before, what="it folds"
            )
        projector.kill()
    start(PROJECTOR)
    eventually(bank.is_projected, what="the projector has what the ledger has")
    newest = rows(bank.warehouse, "select max(model_id) from read_model.category_model")
    eventually(
        lambda: rows(bank.warehouse, "select category_model from read_model.position where swept_account is null") == newest,
        what="the newest model is taken up",
    )
    assert compare(settings, wait_s=10).difference is None
    bank.check()
    incremental = everything(bank)
    assert {by for *_, by, _ in incremental} >= {"holder", "text", "rule"}
    rebuild(settings, clock=SystemClock(), progress=lambda *_: None)
    assert everything(bank) == incremental
    rebuild(settings, clock=SystemClock(), progress=lambda *_: None, account_id=bank.accounts[1])
    assert everything(bank) == incremental
    assert compare(settings, wait_s=10).difference is None


@pytest.mark.parametrize(("statement", "told"), [
    ("update read_model.movement set category_by = 'text' where sequence = 1 and account_id = %s", "opening by text"),
    ("update read_model.movement set counterparty_kind = 'bank', category_by = 'merchant' where sequence = 2 "
     "and account_id = %s", "by merchant"),
])  # fmt: skip
def test_what_is_called_otherwise_than_now_is_named(bank, projected, settings, statement, told):
    projected()
    assert compare(settings, wait_s=5).difference is None
    with psycopg.connect(bank.warehouse.dsn("postgres")) as connection:
        connection.execute(statement, (bank.accounts[0],))
    found = compare(settings, wait_s=1).difference
    assert found is not None
    assert told in found
    rebuild(settings, clock=SystemClock(), progress=lambda *_: None)
    assert compare(settings, wait_s=5).difference is None


def test_a_model_whose_file_is_gone_is_done_without_and_the_next_one_is_taken(bank, start, settings, eventually):
    payer = bank.accounts[1]
    gone = text_model("padaria")
    publish(bank, settings, gone)
    projector = start(PROJECTOR)
    transfer = pay(bank, payer, "padaria central")
    bank.carry()
    eventually(bank.is_projected, what="the projector has what the ledger has")
    eventually(lambda: said(bank, transfer) == [("fuel", "text")], what="the model decides")
    assert projector.terminate() == 0
    [(sha256,)] = rows(bank.warehouse, "select sha256 from read_model.category_model order by model_id desc limit 1")
    (settings.models / sha256 / DOCUMENT).unlink()
    start(PROJECTOR)
    eventually(lambda: said(bank, transfer) == [("transfers", "rule")], what="rules decide")
    eventually(lambda: rows(bank.warehouse, _SWEEPING) == [(0,)], what="everywhere")
    assert compare(settings, wait_s=5).difference is None
    publish(bank, settings, msgspec.structs.replace(gone, facts={"texts": 2}))
    eventually(lambda: said(bank, transfer) == [("fuel", "text")], what="the next model decides")
