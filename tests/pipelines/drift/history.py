"""A log of ten weeks under a random champion, with labels that turn out as its probabilities say, as the lake has it."""

import copy
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from bench.backtest import write_labels, write_log
from bench.random_model import random_export
from bench.random_traffic import START_MS, TENANT, champion_control, quiet_policy, random_messages
from contracts.controls import ModelControl
from contracts.decisions import DecisionRecord, Door, LogRecord
from contracts.topics import DECISIONS
from feature_store.vocabulary import DAY_MS
from pipelines.drift.report import DriftReport
from pipelines.drift.run import Question, drift
from pipelines.lake import log_records
from scoring.engine import Engine
from scoring.facts import apply_controls
from scoring.fold import Fold
from scoring.models import Models

EVENTS, DAYS, BATCH = 14_000, 70, 500
CUTOFF_MS, END_MS = START_MS + 49 * DAY_MS, START_MS + DAYS * DAY_MS
LAST_WEEK = EVENTS * 9 // 10
KNOWN_AFTER_MS = 2 * DAY_MS
decode = msgspec.json.Decoder(LogRecord).decode
Change = Callable[[bytes], bytes]
Odds = Callable[[np.ndarray, np.ndarray], np.ndarray]


class History:
    """`changed` rewrites the messages of the last week."""

    def __init__(self, folder: Path, *, changed: Change = lambda message: message) -> None:
        self.lake, self.models = folder / "lake", folder / "models"
        self.sha256 = random_export(self.models, trees=40, isolation_trees=10)
        engine = Engine(models=self.models)
        log = [msgspec.json.encode(engine.start_epoch(now_ms=START_MS, memory_rows=100_000))]
        controls = apply_controls(engine, [champion_control(self.sha256), quiet_policy()])
        log += [record for _, record in controls.records]
        messages = random_messages(EVENTS, seed=5, step_ms=DAYS * DAY_MS // EVENTS, customers=300, payees=500)
        messages[LAST_WEEK:] = [changed(message) for message in messages[LAST_WEEK:]]
        for at in range(0, EVENTS, BATCH):
            part = messages[at : at + BATCH]
            log += engine.decide(part, now_ms=END_MS, door=Door.INBOUND, keys=[TENANT] * len(part)).encoded.records()
        half = len(log) // 2
        write_log(self.lake, log[:half], first_offset=0)
        write_log(self.lake, log[half:], first_offset=half)
        self._tell(lambda probability, _moments: probability)

    def turned_out(self, folder: Path, odds: Odds) -> "History":
        """Return the same decisions, each of which became a fraud with the odds of its probability and moment."""
        other = copy.copy(self)
        other.lake = folder / "lake"
        shutil.copytree(self.lake / DECISIONS, other.lake / DECISIONS)
        other._tell(odds)
        return other

    def _tell(self, odds: Odds) -> None:
        ids, moments, probability = self.scored()
        fraud = np.random.default_rng(8).random(len(ids)) < odds(probability, moments)
        told = [("bench", ids[row], True, int(moments[row]) + KNOWN_AFTER_MS) for row in np.flatnonzero(fraud).tolist()]
        write_labels(self.lake, told)

    def scored(self) -> tuple[list[str], np.ndarray, np.ndarray]:
        """Each decision's id, moment and probability, by a fold of one's own."""
        engine, models = Engine(models=self.models), Models(self.models)
        models.use(self.control)
        scores: list[np.ndarray] = []
        fold = Fold(engine, witness=lambda _run, _tenants, *, x, flags: scores.append(models.champion.score_millionths(x)[0]))
        engine.read_also(models.champion.columns)
        ids, moments = [], []
        for records in log_records(self.lake):
            fold.feed(records)
            decided = [record for record in map(decode, records) if isinstance(record, DecisionRecord)]
            ids += [record.transaction.transaction_id for record in decided]
            moments += [record.transaction.event_time for record in decided]
        return ids, np.array(moments), np.concatenate(scores) / 1e6

    @property
    def control(self) -> ModelControl:
        """What names the champion."""
        return msgspec.json.decode(champion_control(self.sha256), type=ModelControl)

    def drift(self, **changes: object) -> DriftReport:
        """Ask as of the end of the log."""
        asked = {"tenant_id": "bench", "model": self.control, "cutoff_ms": CUTOFF_MS, "until_ms": END_MS}
        return drift(self.lake, self.models, Question(**(asked | changes)), progress=lambda _done, _all: None)


def without_place(message: bytes) -> bytes:
    """As a sender does that has stopped to say where a payment was made."""
    return re.sub(rb'"(latitude|longitude)_e5":-?\d+,', b"", message)


def dearer(message: bytes) -> bytes:
    """Every amount forty times as high."""
    return re.sub(rb'"amount_minor":(\d+)', lambda found: b'"amount_minor":%d' % (40 * int(found[1])), message)
