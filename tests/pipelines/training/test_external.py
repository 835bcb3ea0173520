"""A model that is trained with what was told of accounts reads it, and the scorer that was told decides by it."""

import dataclasses
import json
import uuid

import numpy as np
import pytest

from feature_store.definitions import FEATURE_NAMES
from feature_store.vocabulary import DAY_MS
from kit.settings import Settings
from pipelines.training.train import fit
from risk.export import save_export
from scoring.engine import Engine
from scoring.facts import apply_controls
from scoring.what_if import what_if
from tests.pipelines.training.sets import START_MS, made_up_set
from tests.scoring.conftest import NOW_MS, message

DAYS, ROWS = 60, 12_000
COLUMN = FEATURE_NAMES.index("payee_graph_score")


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"))


@pytest.fixture(scope="module")
def trained(settings: Settings) -> str:
    """Frauds follow the score of the payee's account, which is unknown of every third."""
    data = made_up_set(rows=ROWS, days=DAYS)
    generator = np.random.default_rng(6)
    scores = generator.random(ROWS).astype(np.float32)
    scores[generator.random(ROWS) < 1 / 3] = np.nan
    data.rows[:, COLUMN] = scores
    fraud = generator.random(ROWS) < np.where(np.nan_to_num(scores) > 0.8, 0.3, 0.01)
    found = fit(
        dataclasses.replace(data, fraud=fraud), cutoff_ms=START_MS + DAYS * DAY_MS, progress=lambda _line: None
    )  # fmt: skip
    assert COLUMN in found.ensemble.columns
    assert int(np.argmax(found.importance)) == COLUMN
    return save_export(settings.models, found.export(version=1))


def control(kind: str, **more: object) -> bytes:
    return json.dumps({"kind": kind, "control_id": str(uuid.uuid4()), "known_at": NOW_MS, **more}).encode()


def test_the_scorer_decides_by_what_it_was_told_of_the_payee_s_account(settings: Settings, trained: str):
    engine = Engine(models=settings.models)
    champion = control("model", alias="champion", name="fraud", version=1, export_sha256=trained)
    told = [
        control("profile", tenant_id="demo", entity="account", entity_id=account, values={"graph_score": score})
        for account, score in (("acc-high", 0.95), ("acc-low", 0.05))
    ]
    assert apply_controls(engine, [champion, *told]).refused == []

    def probability(payee: str) -> float:
        return what_if(engine, message(1, payee_id=payee), now_ms=NOW_MS).answer.probability

    assert probability("acc-high") > 5 * probability("acc-low")
    assert probability("acc-high") > 5 * probability("acc-that-nobody-told-of")
    batch = engine.decide([message(2, payee_id="acc-high"), message(3, payee_id="acc-low")], now_ms=NOW_MS, door="inbound")
    high, low = (json.loads(record)["answer"]["probability"] for record in batch.encoded.records())
    assert high > 5 * low
