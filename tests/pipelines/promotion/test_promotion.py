"""A better challenger is promoted, with who and why; a worse one is not; and the way back needs no gate."""

import dataclasses
from collections.abc import Iterator

import lightgbm
import mlflow
import msgspec
import numpy as np
import psycopg
import pytest
from confluent_kafka import TopicPartition

from bench.backtest import lay_history, write_labels, write_log
from bench.random_model import random_export
from bench.random_traffic import CUSTOMERS, START_MS, STEP_MS
from contracts.controls import ModelControl
from contracts.decisions import ControlRecord, DecisionRecord, LogRecord
from contracts.topics import CONTROLS
from feature_store.definitions import FEATURE_COUNT, FEATURE_NAMES
from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS
from kit.kafka import consumer, take, topic_name
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Kafka, PostgresServer, Settings
from pipelines.lake import count_records, log_records
from pipelines.promotion import __main__ as command
from pipelines.promotion import moves
from pipelines.promotion.worker import Worker
from pipelines.training.registry import register
from pipelines.training.trained import Trained
from pipelines.training.trees import TREES
from pipelines.versions import CHAMPION, listed, promote
from risk.export import load_export
from scoring.engine import Engine
from scoring.fold import Fold
from scoring.models import Models
from tests.registry import mlflow_server

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
EVENTS = 6_000
TENANT = "bench"
decode = msgspec.json.Decoder(LogRecord).decode


def as_trained(settings: Settings, *, seed: int, version: int) -> Trained:
    """A random model as a trainer would hand it over."""
    export = load_export(
        settings.models, random_export(settings.models, trees=20, isolation_trees=10, seed=seed, version=version)
    )
    rows = np.random.default_rng(seed).normal(size=(200, FEATURE_COUNT))
    names = {"feature_name": list(FEATURE_NAMES), "params": {"verbose": -1}}
    booster = lightgbm.train({"objective": "binary", "verbose": -1}, lightgbm.Dataset(rows, rows[:, 0] > 0, **names), 2)
    return Trained(
        ensemble=export.ensemble, booster=booster, review_from=0.5, deny_from=0.9, quantiles=export.quantiles,
        importance=np.full(FEATURE_COUNT, 1 / FEATURE_COUNT), sample=export.sample, metrics={"average_precision": 0.5},
        reference={"cutoff_ms": START_MS, "rows": EVENTS, "tenant_id": TENANT}, parameters=TREES,
    )  # fmt: skip


@pytest.fixture(scope="module")
def settings(
    core: PostgresServer, warehouse: PostgresServer, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A registry with two versions, the first the champion, and a history whose frauds are what the second would flag."""
    ours = Settings(var=tmp_path_factory.mktemp("var"), core=core, warehouse=warehouse, kafka=kafka)
    with mlflow_server(ours) as found:
        lay_history(found.lake, found.models, events=EVENTS)
        know_everybody(core)
        first, second = (register(found, as_trained(found, seed=seed, version=seed)) for seed in (1, 2))
        promote(found, first)
        write_labels(found.lake, [("bench", number, True, START_MS) for number in frauds_of(found, second.export_sha256)])
        yield found


def know_everybody(core: PostgresServer) -> None:
    """Everybody who may pay in the history was born in 1990 and lives in Bahia."""
    with psycopg.connect(core.dsn("postgres")) as owner:
        owner.execute(
            "insert into bank.customer (tenant_id, customer_id) "
            "select 'bench', 'c' || lpad(number::text, 6, '0') from generate_series(0, %s) as number",
            (CUSTOMERS,),
        )
        owner.execute(
            "insert into bank.person (tenant_id, customer_id, birth_year, state) "
            "select tenant_id, customer_id, 1990, 'BA' from bank.customer where tenant_id = 'bench'"
        )


def frauds_of(settings: Settings, sha256: str) -> list[str]:
    """The hundredth of the decisions that a model is surest of."""
    engine, models = Engine(models=settings.models), Models(settings.models)
    control = ModelControl(control_id="0" * 36, known_at=0, alias=CHAMPION, name="fraud", version=2, export_sha256=sha256)
    models.use(control)
    scores: list[np.ndarray] = []
    fold = Fold(engine, witness=lambda _run, _tenants, *, x, flags: scores.append(models.champion.score_millionths(x)[0]))
    engine.read_also(models.champion.columns)
    ids = []
    for records in log_records(settings.lake):
        fold.feed(records)
        decoded = (decode(record) for record in records)
        ids += [record.transaction.transaction_id for record in decoded if isinstance(record, DecisionRecord)]
    surest = np.argsort(-np.concatenate(scores), kind="stable")[: EVENTS // 100]
    return [ids[row] for row in surest.tolist()]


@pytest.fixture(autouse=True)
def _at_the_end_of_the_history(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "settings", lambda: settings)
    monkeypatch.setattr(moves, "SystemClock", _AfterTheHistory)


class _AfterTheHistory:
    """A clock at the moment from which on the labels of the whole history count as known."""

    def now_ms(self) -> int:
        return START_MS + EVENTS * STEP_MS + LABEL_DELAY_MS


def said(kafka: Kafka) -> list[ModelControl]:
    source = consumer(kafka, group="test-promotion", client="test")
    try:
        source.assign([TopicPartition(topic_name(kafka, CONTROLS), 0, 0)])
        return [msgspec.json.decode(message.value(), type=ModelControl) for message in take(source, at_most=100, wait_s=5)]
    finally:
        source.close()


def test_a_better_challenger_is_tried_promoted_and_taken_back_and_a_worse_one_is_refused(settings, kafka, capsys):
    assert command.main(["challenge", "2"]) == 0
    assert command.main(["promote", "2", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "nothing speaks against it" in told
    assert "age: 35 to 44" in told
    assert "region: Nordeste" in told
    assert "unknown" not in told
    assert [(control.alias, control.version) for control in said(kafka)] == [("champion", 1), ("challenger", 2)]

    assert command.main(["promote", "2", "--why", "it finds more", "--by", "ana"]) == 0
    assert [(control.alias, control.version) for control in said(kafka)][2:] == [("champion", 2)]
    tags = mlflow.MlflowClient().get_model_version("fraud", "2").tags
    assert (tags["promoted_by"], tags["promoted_why"]) == ("ana", "it finds more")
    assert '"problems": []' in tags["gate"]
    assert [each.model.version for each in listed(settings) if "champion" in each.aliases] == [2]

    capsys.readouterr()
    assert command.main(["promote", "1"]) == 1
    assert "it is not better beyond chance" in capsys.readouterr().err
    assert len(said(kafka)) == 3

    told_to_the_log(settings, said(kafka))
    assert command.main(["rollback", "--why", "too many alarms"]) == 0
    assert [(control.alias, control.version) for control in said(kafka)][3:] == [("champion", 1)]


def test_a_model_that_has_seen_the_answers_is_not_judged_by_them(settings, kafka, capsys):
    """Version 3 is version 2, which calls every fraud of the history by its name, said to be trained at the history's end."""
    end_ms = START_MS + EVENTS * STEP_MS + LABEL_DELAY_MS
    learned = as_trained(settings, seed=2, version=3)
    leaking = register(
        settings, dataclasses.replace(learned, reference=learned.reference | {"cutoff_ms": end_ms + 30 * DAY_MS})
    )
    heard = len(said(kafka))
    assert command.main(["promote", str(leaking.version)]) == 2
    assert "one of the models learned from what is before" in capsys.readouterr().err
    assert len(said(kafka)) == heard


def told_to_the_log(settings: Settings, controls: list[ModelControl]) -> None:
    """As the scorer and the lake's sink do with controls."""
    first = count_records(settings.lake)
    records = [ControlRecord(epoch=0, n=first + at, control=control) for at, control in enumerate(controls)]
    write_log(settings.lake, [msgspec.json.encode(record) for record in records], first_offset=first)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["promote", "9"], "there is no version 9"),
        (["challenge", "9"], "there is no version 9"),
        (["promote", "2", "--days", "0"], "no decision from"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(settings, capsys, arguments, what):
    [champion] = [each.model for each in listed(settings) if "champion" in each.aliases]
    if champion.version == 2:
        promote(settings, dataclasses.replace(champion, version=1))
    assert command.main(arguments) == 2
    assert what in capsys.readouterr().err


def test_the_champion_is_not_its_own_challenger(settings, capsys):
    [champion] = [each.model for each in listed(settings) if "champion" in each.aliases]
    assert command.main(["challenge", str(champion.version)]) == 2
    assert f"version {champion.version} is the champion" in capsys.readouterr().err


@pytest.fixture
def work(settings: Settings) -> Iterator[psycopg.Connection]:
    with connect(settings.core.dsn("backtester"), application="test") as connection:
        yield connection


def champions(settings: Settings) -> list[int]:
    return [each.model.version for each in listed(settings) if CHAMPION in each.aliases]


def ask(settings: Settings, kind: str, version: int | None) -> str:
    """Queue a move as the API does."""
    with connect(settings.core.dsn("postgres"), application="test") as connection:
        connection.execute("select set_config('app.tenant_id', %s, false)", (TENANT,))
        [move_id] = connection.execute(
            "insert into governance.model_move (tenant_id, move_id, kind, version, why, status, asked_by, asked_at) "
            "values (%s, gen_random_uuid(), %s, %s, 'as asked', 'queued', 'user:ana', now()) returning move_id::text",
            (TENANT, kind, version),
        ).fetchone()
    return move_id


def ended(work: psycopg.Connection, move_id: str) -> tuple[str, str | None]:
    return work.execute("select status, problem from governance.model_move where move_id = %s", (move_id,)).fetchone()


def test_a_worker_carries_moves_out_once_and_copies_what_the_registry_says(settings, kafka, work):
    first = listed(settings)[-1].model
    promote(settings, first)
    worker = Worker(settings, Lifecycle())
    worker.between(work)
    shown = work.execute("select version, tenant_id, aliases from governance.model order by version").fetchall()
    assert [(version, tenant) for version, tenant, _ in shown] == [(1, TENANT), (2, TENANT), (3, TENANT)]
    assert CHAMPION in shown[0][2]

    promoted = ask(settings, "promote", 2)
    assert worker.step(work)
    assert ended(work, promoted) == ("done", None)
    assert champions(settings) == [2]
    copied = "select aliases, promoted_by, promoted_why from governance.model where version = 2"
    aliases, by, why = work.execute(copied).fetchone()
    assert (CHAMPION in aliases, by, why) == (True, "user:ana", "as asked")

    # Killed after it told everybody and before it said so: the next worker says it again, and judges nothing.
    work.execute(
        "update governance.model_move set status = 'running', ended_at = null, result = null, "
        "lives_until = now() - interval '1 second' where move_id = %s", (promoted,)
    )  # fmt: skip
    assert worker.step(work)
    assert ended(work, promoted) == ("done", None)
    assert [(control.alias, control.version) for control in said(kafka)][-2:] == [(CHAMPION, 2)] * 2

    refused = ask(settings, "promote", 1)
    assert worker.step(work)
    assert (ended(work, refused), champions(settings)) == (("done", None), [2])
    found = "select result -> 'problems' ->> 0 from governance.model_move where move_id = %s"
    assert "it is not better beyond chance" in work.execute(found, (refused,)).fetchone()[0]

    told_to_the_log(settings, [control for control in said(kafka) if control.version == first.version][:1])
    back = ask(settings, "rollback", None)
    assert worker.step(work)
    assert (ended(work, back), champions(settings)) == (("done", None), [1])
    # The same once more does not go forward again.
    work.execute(
        "update governance.model_move set status = 'running', ended_at = null, result = null, "
        "lives_until = now() - interval '1 second' where move_id = %s", (back,)
    )  # fmt: skip
    assert worker.step(work)
    assert champions(settings) == [1]
    assert not worker.step(work)
