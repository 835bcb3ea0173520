"""From payments and labels to a registered network, a night's scores, Feast, and a payment that carries them."""

import uuid
from datetime import UTC, date, datetime, timedelta

import msgspec
import numpy as np
import psycopg
import pytest
from confluent_kafka import TopicPartition

from contracts.controls import Control, ProfileControl
from contracts.topics import CONTROLS
from feature_store.vocabulary import DAY_MS
from kit.clock import SystemClock
from kit.errors import Conflict, NotFound
from kit.kafka import consumer, take, topic_name
from kit.postgres import connect
from kit.settings import Kafka, PostgresServer, Settings
from ledger.days import end_ms
from pipelines.graph_network import history, registry
from pipelines.graph_network.card import CARD
from pipelines.graph_network.scoring import score
from pipelines.graph_network.training import TooFewKnown, learned
from pipelines.profiles.account_graph import tell
from pipelines.tracking import mlflow_of
from scoring.engine import Engine
from scoring.facts import apply_controls
from scoring.what_if import what_if
from tests.registry import mlflow_server
from tests.scoring.conftest import NOW_MS, message
from tests.servers import Servers

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

DAY = date(2026, 3, 10)
PAST_MS = end_ms(DAY)
ACCOUNTS, DAYS = 160, 100
OWN = ACCOUNTS
WAIT_S = 20.0


def account(number: int) -> str:
    return str(uuid.UUID(int=2**96 + number))


def bank() -> list[tuple[int, int, int, int, bool]]:
    """Payments as payer, payee, cents, moment, and whether it turned out to be fraud.

    Usual payments among few friends; and mules, who for ten days receive from a dozen strangers, the last of it fraud.
    """
    chance = np.random.default_rng(17)
    rows = []
    for payer in range(ACCOUNTS):
        friends = (payer + chance.integers(1, 6, 3)) % ACCOUNTS
        rows += [
            (payer, int(chance.choice(friends)), int(chance.integers(2_000, 30_000)), int(at), False)
            for at in chance.integers(0, DAYS * DAY_MS, 14)
        ]
    for start in range(5, DAYS - 12, 4):
        mule = int(chance.integers(0, ACCOUNTS))
        strangers = chance.permutation(np.delete(np.arange(ACCOUNTS), mule))[:14]
        for number, payer in enumerate(strangers.tolist()):
            at = int((start + number * 0.8) * DAY_MS)
            rows.append((payer, mule, int(chance.integers(300_000, 900_000)), at, number >= 9))
    rows.append((0, OWN, 100, (DAYS - 1) * DAY_MS, False))
    return rows


@pytest.fixture(scope="module")
def settings(servers: Servers, feast_warehouse: PostgresServer, kafka: Kafka, tmp_path_factory):
    with psycopg.connect(feast_warehouse.dsn("postgres")) as connection, connection.cursor() as cursor:
        accounts = [(account(number), "customer") for number in range(ACCOUNTS)] + [(account(OWN), "settlement")]
        cursor.executemany(
            "insert into raw.accounts (tenant_id, account_id, kind, code, customer_id, currency, status, opened_at, "
            "balance_minor, entries, extracted_at) values ('demo', %s, %s, %s, 'c', 'BRL', 'active', now(), 0, 0, now())",
            [(name, kind, None if kind == "customer" else "settlement:pix") for name, kind in accounts],
        )
        cursor.execute(
            "insert into raw.accounts (tenant_id, account_id, kind, customer_id, currency, status, opened_at, balance_minor, "
            "entries, extracted_at) values ('other', %s, 'customer', 'c', 'BRL', 'active', now(), 0, 0, now())", (account(0),)
        )  # fmt: skip
        for number, (payer, payee, cents, at, fraud) in enumerate(bank()):
            moment = datetime.fromtimestamp((PAST_MS - DAYS * DAY_MS + at) / 1000, UTC)
            transfer = uuid.UUID(int=2**100 + number)
            cursor.execute(
                "insert into raw.ledger_events (tenant_id, event_id, transfer_id, status, purpose, occurred_at, amount_minor, "
                "currency, debit_account_id, credit_account_id, log_offset) values ('demo', %s, %s, 'posted', 'transfer', %s, "
                "%s, 'BRL', %s, %s, %s)",
                (uuid.uuid4(), transfer, moment, cents, account(payer), account(payee), number),
            )
            if fraud:
                cursor.execute(
                    "insert into raw.labels values ('demo', %s, %s, true, 'social_pressure', %s, 'bank', %s)",
                    (transfer, uuid.uuid4(), moment + timedelta(days=1), number),
                )
    found = Settings(var=tmp_path_factory.mktemp("var"), warehouse=feast_warehouse, kafka=kafka, valkey=servers.valkey)
    with mlflow_server(found) as with_registry:
        yield with_registry


@pytest.fixture(scope="module")
def trained(settings: Settings):
    found = history.read(settings, tenant_id="demo", cutoff_ms=PAST_MS)
    return learned(found, tenant_id="demo", cutoff_ms=PAST_MS, progress=lambda _line: None, seeds=(1,))


@pytest.fixture(scope="module")
def registered(settings: Settings, trained) -> int:
    assert score(settings, last_day=DAY, clock=SystemClock()) == []
    version, alias = registry.register(settings, trained)
    assert (version, alias) == (1, "champion")
    return version


def test_accounts_that_will_be_used_are_ranked_before_the_others(trained):
    assert trained.ours.average_precision > 3 * trained.share_used
    assert trained.trees.average_precision is not None
    assert trained.reference["judged_accounts"] == ACCOUNTS


def test_a_history_with_too_few_known_is_refused(settings: Settings):
    found = history.read(settings, tenant_id="other", cutoff_ms=PAST_MS)
    with pytest.raises(TooFewKnown):
        learned(found, tenant_id="other", cutoff_ms=PAST_MS, progress=lambda _line: None)


def test_the_registry_has_the_network_its_card_and_both_figures(settings: Settings, trained, registered: int):
    version, network = registry.champion(settings)
    assert version == registered
    found = history.cuts(history.read(settings, tenant_id="demo", cutoff_ms=PAST_MS), cutoff_ms=PAST_MS).judged
    np.testing.assert_array_equal(network.score(found.inputs), trained.network.score(found.inputs))
    (listed,) = registry.listed(settings)
    assert listed.average_precision == pytest.approx(trained.ours.average_precision)
    assert listed.trees_average_precision == pytest.approx(trained.trees.average_precision)
    client = mlflow_of(settings).MlflowClient()
    path = client.download_artifacts(listed.run_id, CARD)
    with open(path, encoding="utf-8") as card:
        assert f"{trained.ours.average_precision:.4f}" in card.read()


def test_a_night_scores_every_account_and_says_who_made_the_highest(settings: Settings, registered: int):
    (done, nothing) = sorted(score(settings, last_day=DAY, clock=SystemClock()), key=lambda each: each.tenant_id)
    assert (done.tenant_id, done.accounts, done.model_version) == ("demo", ACCOUNTS, registered)
    assert (nothing.tenant_id, nothing.accounts) == ("other", 0)
    assert score(settings, last_day=DAY - timedelta(days=1), clock=SystemClock()) == []
    with connect(settings.warehouse.dsn("analytics"), application="test") as connection, connection.transaction():
        assert connection.execute("select count(*) from graph.account_score").fetchone() == (0,)
        connection.execute("select set_config('app.tenant_id', 'demo', true)")
        scores = connection.execute("select score from graph.account_score").fetchall()
        assert len(scores) == ACCOUNTS
        highest, reasons, furthest = connection.execute(
            "select s.account_id::text, count(*), max(abs(r.effect)) from graph.account_score s join graph.score_reason r "
            "using (tenant_id, account_id) where s.score_share_above = 0 group by 1"
        ).fetchone()
        assert reasons >= 2
        assert furthest > 0
        assert connection.execute("select count(*) from graph.score_reason where neighbour_account_id::text = %s and "
                                  "account_id::text = %s", (highest, highest)).fetchone() == (0,)  # fmt: skip


def test_what_was_found_is_told_to_the_scorer_and_a_payment_carries_it(settings: Settings, registered: int, project: str):
    score(settings, last_day=DAY, clock=SystemClock())
    assert tell(settings, project=project) == ACCOUNTS
    assert tell(settings, project=project) == ACCOUNTS
    controls = _controls(settings.kafka, expected=2 * ACCOUNTS)
    assert len({control.control_id for control in controls}) == ACCOUNTS
    assert {control.entity for control in controls} == {"account"}
    with connect(settings.warehouse.dsn("audit"), application="test") as connection:
        kept = dict(connection.execute("select account_id::text, score from graph.account_score").fetchall())
    engine = Engine(models=settings.models)
    written = apply_controls(engine, [msgspec.json.encode(control) for control in controls])
    assert (len(written.records), written.refused) == (ACCOUNTS, [])
    features = what_if(engine, message(1, account_id=account(3), payee_id=account(4)), now_ms=NOW_MS).features
    assert features["account_graph_score"] == pytest.approx(kept[account(3)], abs=1e-6)
    assert features["payee_graph_score"] == pytest.approx(kept[account(4)], abs=1e-6)
    outside = what_if(engine, message(1, account_id=account(OWN), payee_id="p9"), now_ms=NOW_MS).features
    assert not {"account_graph_score", "payee_graph_score"} & outside.keys()


def test_an_account_of_which_nothing_is_found_any_more_is_told_of_with_nothing(
    settings: Settings, registered: int, project: str
):
    score(settings, last_day=DAY, clock=SystemClock())
    tell(settings, project=project)
    seen = len(_controls(settings.kafka, expected=10**6, wait_s=2.0))
    score(settings, last_day=DAY + timedelta(days=history.DAYS + 20), clock=SystemClock())
    with connect(settings.warehouse.dsn("transform"), application="test") as connection:
        connection.execute("insert into graph.account_score values ('demo', %s, 0.5, 0)", (account(1),))
    assert tell(settings, project=project) == ACCOUNTS
    later = _controls(settings.kafka, expected=seen + ACCOUNTS)[seen:]
    assert {control.entity_id for control in later if control.values} == {account(1)}
    assert sum(not control.values for control in later) == ACCOUNTS - 1


def test_a_later_version_is_used_once_somebody_says_so_and_why(settings: Settings, trained, registered: int):
    second, alias = registry.register(settings, trained)
    assert (second, alias) == (2, "challenger")
    assert registry.champion(settings)[0] == registered
    registry.promote(settings, second, why="finds more", by="ana")
    assert registry.champion(settings)[0] == second
    newest = registry.listed(settings)[0]
    assert (newest.aliases, newest.notes["promoted_why"]) == (("champion",), "finds more")
    with pytest.raises(Conflict):
        registry.promote(settings, second, why="again", by="ana")
    with pytest.raises(NotFound):
        registry.promote(settings, 99, why="none", by="ana")


def _controls(kafka: Kafka, *, expected: int, wait_s: float = WAIT_S) -> list[ProfileControl]:
    source = consumer(kafka, group=uuid.uuid4().hex, client="test")
    source.assign([TopicPartition(topic_name(kafka, CONTROLS), 0, 0)])
    found: list[ProfileControl] = []
    deadline = SystemClock().now_ms() + wait_s * 1000
    while len(found) < expected and SystemClock().now_ms() < deadline:
        found += [msgspec.json.decode(message.value(), type=Control) for message in take(source, at_most=500, wait_s=0.2)]
    source.close()
    return found
