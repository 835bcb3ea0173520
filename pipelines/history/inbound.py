"""Plays the last days of a simulated bank onto the inbound topic, and what became known until then onto the labels topic."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from contracts.topics import INBOUND_TRANSACTIONS, LABELS
from kit.kafka import topic_name
from kit.settings import Settings
from pipelines.history.source import event_days, events_between
from simulator.encode import json_object
from simulator.files import read_manifest
from simulator.publish import Publisher, last_message
from simulator.tables import SOURCE

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Played:
    """What a run of `play_inbound` sent, and what an earlier run had sent before."""

    events: int
    labels: int
    already_there: int


def play_inbound(settings: Settings, folder: Path, *, from_day: date, progress: Progress) -> Played:
    """Send all labels known by the end of the history, which wait for their time, then the days from `from_day` on.

    Killed and run again it goes on after the last message that the topics hold.
    """
    labels = play_labels(settings, folder)
    manifest = read_manifest(folder)
    plan = manifest["plan"]
    run = f"{manifest['run']}-".encode()
    inbound = topic_name(settings.kafka, INBOUND_TRANSACTIONS)
    next_serial = _next_serial(settings, inbound, run=run)
    sent = already_there = 0
    total = events_between(folder, from_day=from_day)
    with Publisher(settings.kafka, topic=inbound, key=plan["tenant_id"], client="history") as publisher:
        for day, before, events in event_days(folder, from_day=from_day):
            there = min(max(next_serial - before, 0), len(events))
            already_there += there
            rest = events.slice(there)
            publisher.send(rest.select(json_object(rest.columns, rest.schema)).to_series())
            sent += len(rest)
            progress(f"{day}: {sent + already_there:,} of {total:,} transactions sent")
    return Played(events=sent, labels=labels, already_there=already_there)


def play_labels(settings: Settings, folder: Path) -> int:
    """Send the labels that are known by the end of the history, in the order of `known_at`; return how many were sent."""
    plan = read_manifest(folder)["plan"]
    topic = topic_name(settings.kafka, LABELS)
    labels = pl.read_parquet(folder / "labels.parquet").filter(pl.col("known_at") < plan["until_ms"])
    ids = set(labels["label_id"])
    newest = last_message(settings.kafka, topic=topic, wanted=lambda value: json.loads(value).get("label_id") in ids)
    there = 0
    if newest is not None:
        there = int((labels["label_id"] == json.loads(newest)["label_id"]).arg_max() or 0) + 1
    rest = labels.slice(there)
    with Publisher(settings.kafka, topic=topic, key=plan["tenant_id"], client="history-labels") as publisher:
        publisher.send(rest.select(json_object(rest.columns, rest.schema)).to_series())
    return len(rest)


def _next_serial(settings: Settings, topic: str, *, run: bytes) -> int:
    """Return the serial after the newest event of this run that the topic holds; 0 when it holds none."""
    mark = b'"source":"' + SOURCE.encode() + b'","external_id":"' + run
    newest = last_message(settings.kafka, topic=topic, wanted=lambda value: mark in value)
    if newest is None:
        return 0
    return int(json.loads(newest)["external_id"].rpartition("-")[2]) + 1
