"""Every check there is: a row of the table each. The frames come from elsewhere; what is right is said here."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from contracts import topics
from contracts.decisions import Verdict
from contracts.ledger_events import LedgerStatus, Purpose
from ledger.trial_balance import Differences
from pipelines.reconcile import records
from pipelines.reconcile.compare import KEY, Check, inbound_accounted, nothing_missing, nothing_twice, the_same, without_gap
from pipelines.reconcile.stores import Core, Lake, Warehouse
from pipelines.reconcile.topic_frames import Cut, TopicFrames, is_before

PLACE = ("partition", "offset")
INTAKE, ALERTS_PROCESS, WAREHOUSE_SINK, LAKE_SINK = "intake", "alerts", "sink-warehouse", "sink-lake"
# (topic, kind of record, facts, what names a row of the warehouse beside its tenant)
_KEPT: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (topics.DECISIONS, records.DECISIONS, ("n", "amount_minor", "verdict"), KEY),
    (topics.DECISIONS, records.OUTCOMES, ("n", "outcome"), (*KEY, "event_id")),
    (topics.DECISIONS, records.OVERRIDES, ("verdict",), (*KEY, "n")),
    (topics.DECISIONS, records.CONTROLS, ("kind",), (*KEY, "n")),
    (topics.BANKING_TRANSACTIONS, records.LEDGER_EVENTS, ("transfer_id", "status", "purpose", "amount_minor"), KEY),
    (topics.LABELS, records.LABELS, ("transaction_id", "fraud", "kind"), KEY),
    (topics.ALERTS, records.ALERTS, ("transaction_id", "change", "verdict", "amount_minor"), KEY),
)
_OUTBOX_FED = (
    (topics.BANKING_TRANSACTIONS, records.LEDGER_EVENTS),
    (topics.LABELS, records.LABELS),
    (topics.ALERTS, records.ALERTS),
    (topics.CONTROLS, records.SENT_CONTROLS),
    (topics.AML_FINDINGS, records.FINDINGS),
    (topics.SCREENED, records.SCREENED),
)


@dataclass(frozen=True, slots=True)
class Sides:
    """What the checks compare. What was `then` was taken before anything downstream was read, the topics after it."""

    then: Cut
    core_then: Core
    outbox_then: pl.DataFrame
    core_now: Core
    books: Differences
    topics: TopicFrames

    def at_the_cut(self, topic: str, kind: str) -> pl.DataFrame:
        """What was on a topic at the cut."""
        return self.topics.frame(topic, kind, before=self.then)

    def now(self, topic: str, kind: str) -> pl.DataFrame:
        """What is on a topic now."""
        return self.topics.frame(topic, kind)


def ledger_checks(sides: Sides) -> Iterator[Check]:
    """The books, and that the ledger, its outbox and its topic say the same."""
    books = sides.books
    yield Check("entries, balances and holds recount; every currency sums to zero", 1, [] if books.none else [str(books)])
    events = sides.now(topics.BANKING_TRANSACTIONS, records.LEDGER_EVENTS)
    yield nothing_twice("ledger events are on their topic once", events)
    sent = pl.concat([sides.now(topic, kind).select("outbox_id").drop_nulls() for topic, kind in _OUTBOX_FED])
    yield nothing_twice("outbox rows are on their topics once", sent, by=("outbox_id",))
    yield nothing_missing("outbox > topics", upstream=sides.outbox_then, downstream=sent, by=("outbox_id",))
    yield nothing_twice("transfers have one outcome event", _outcome_events(events))
    yield nothing_missing(
        "ledger > ledger events",
        upstream=sides.core_then.transfers.with_columns(amount_minor="moved_minor"),
        downstream=events.with_columns(id="transfer_id"),
        by=(*KEY, "status"),
        facts=("purpose", "amount_minor"),
    )
    then = sides.at_the_cut(topics.BANKING_TRANSACTIONS, records.LEDGER_EVENTS)
    ended = pl.col("status") != LedgerStatus.HELD
    yield nothing_missing(
        "ledger events > ledger",
        upstream=then.select("tenant_id", "purpose", id="transfer_id", status=pl.when(ended).then("status"),
                             moved_minor=pl.when(ended).then("amount_minor")),
        downstream=sides.core_now.transfers,
        facts=("purpose", "status", "moved_minor"),
    )  # fmt: skip


def log_checks(sides: Sides) -> Iterator[Check]:
    """That everything that came in was decided, that each decision is in the ledger, and that each has its outcome."""
    decisions = sides.now(topics.DECISIONS, records.DECISIONS)
    outcomes = sides.now(topics.DECISIONS, records.OUTCOMES)
    yield inbound_accounted(
        "inbound records are decided, refused or repeated",
        inbound=pl.concat(
            [
                sides.at_the_cut(topics.INBOUND_TRANSACTIONS, records.INBOUND),
                sides.at_the_cut(topics.INBOUND_TRANSACTIONS, records.UNREADABLE),
            ],
            how="diagonal",
        ),
        refused=sides.topics.refused(topics.INBOUND_TRANSACTIONS),
        decisions=decisions,
    )
    yield nothing_twice("decisions are in the log once", decisions)
    yield nothing_twice("outcomes are in the log once", outcomes)
    yield without_gap("the log's numbers count one by one", _numbers(sides.topics))
    answered = _answered(decisions, sides.now(topics.DECISIONS, records.OVERRIDES))
    yield from _decided_is_in_the_ledger(sides, answered)
    yield from _ended_has_its_outcome(sides, decisions, outcomes)
    sent = sides.at_the_cut(topics.CONTROLS, records.SENT_CONTROLS).join(
        sides.topics.refused(topics.CONTROLS), on=PLACE, how="anti"
    )
    controls = sides.now(topics.DECISIONS, records.CONTROLS)
    yield the_same(
        "controls = controls in the log",
        owed=sent,
        known=sides.now(topics.CONTROLS, records.SENT_CONTROLS),
        found=controls,
        facts=("kind",),
    )
    told = sides.at_the_cut(topics.LABELS, records.LABELS).join(sides.topics.refused(topics.LABELS), on=PLACE, how="anti")
    yield nothing_missing(
        "labels are in the log",
        upstream=told,
        downstream=sides.now(topics.DECISIONS, records.LOG_LABELS),
        facts=("transaction_id", "fraud", "kind"),
    )
    yield nothing_missing(
        "unreadable records are in their dlq",
        upstream=_unreadable_at(sides.topics, sides.then),
        downstream=_refused_everywhere(sides.topics),
        by=("topic", *PLACE),
    )


def _decided_is_in_the_ledger(sides: Sides, answered: pl.DataFrame) -> Iterator[Check]:
    then = answered.filter(is_before(sides.then, topics.DECISIONS))
    posted = sides.core_now.transfers
    waiting = [sides.core_now.running_claims.select(KEY)]
    given_up = then.join(sides.topics.refused(topics.DECISIONS, by=INTAKE), on=PLACE, how="semi").select(KEY)
    yield nothing_missing(
        "decisions > ledger, but for open leases and what intake refused",
        upstream=then,
        downstream=posted,
        facts=("amount_minor", "verdict"),
        excused=pl.concat([*waiting, given_up]),
    )
    # A lease that ran out before anybody had asked the scorer ends without a decision.
    undecided = (pl.col("status") == LedgerStatus.ABANDONED) & pl.col("verdict").is_null()
    transfers = sides.core_then.transfers.filter(pl.col("purpose") == Purpose.TRANSFER)
    yield nothing_missing(
        "ledger > decisions, but for what was abandoned unasked",
        upstream=transfers,
        downstream=answered,
        facts=("amount_minor", "verdict"),
        excused=transfers.filter(undecided).select(KEY),
    )
    holds = pl.concat(
        [core.transfers.filter(pl.col("status") == LedgerStatus.HELD).select(KEY) for core in (sides.core_then, sides.core_now)]
    )
    leases = pl.concat([sides.core_then.running_claims, sides.core_now.running_claims]).select(KEY)
    yield nothing_missing(
        "decisions > outcomes, but for open holds and leases and what intake refused",
        upstream=then,
        downstream=sides.now(topics.DECISIONS, records.OUTCOMES),
        excused=pl.concat([holds, leases, given_up]),
    )


def _ended_has_its_outcome(sides: Sides, decisions: pl.DataFrame, outcomes: pl.DataFrame) -> Iterator[Check]:
    ended = _outcome_events(sides.now(topics.BANKING_TRANSACTIONS, records.LEDGER_EVENTS)).select(
        *PLACE, "tenant_id", "id", event_id=pl.col("event_id"), outcome=pl.col("status")
    )
    undecided = ended.filter(pl.col("outcome") == LedgerStatus.ABANDONED).join(decisions, on=KEY, how="anti").select(KEY)
    yield the_same(
        "outcome events = outcomes in the log",
        owed=ended.filter(is_before(sides.then, topics.BANKING_TRANSACTIONS)).join(undecided, on=KEY, how="anti"),
        known=ended,
        found=outcomes,
        facts=("event_id", "outcome"),
    )


def alert_checks(sides: Sides) -> Iterator[Check]:
    """That whatever was not allowed is in an alert, and that the alerts say so on their topic."""
    members = sides.core_now.alert_members
    flagged = sides.at_the_cut(topics.FLAGGED, records.FLAGGED)
    refused = sides.topics.refused(topics.FLAGGED, by=ALERTS_PROCESS)
    given_up = flagged.join(refused, on=PLACE, how="semi").select(KEY)
    yield nothing_missing(
        "flagged > members of alerts",
        upstream=flagged,
        downstream=members,
        facts=("amount_minor", "verdict"),
        excused=given_up,
    )
    screened = sides.at_the_cut(topics.SCREENED, records.SCREENED)
    yield nothing_missing(
        "found by a later look > members of alerts",
        upstream=screened,
        downstream=members,
        facts=("amount_minor",),
        excused=screened.join(sides.topics.refused(topics.SCREENED, by=ALERTS_PROCESS), on=PLACE, how="semi").select(KEY),
    )
    answered = _answered(
        sides.at_the_cut(topics.DECISIONS, records.DECISIONS), sides.at_the_cut(topics.DECISIONS, records.OVERRIDES)
    )
    yield nothing_missing(
        "decisions that are not allow > members of alerts",
        upstream=answered.filter(pl.col("verdict") != Verdict.ALLOW),
        downstream=members,
        facts=("amount_minor",),
        excused=given_up,
    )
    yield nothing_missing(
        "members of alerts > decisions",
        upstream=sides.core_then.alert_members,
        downstream=sides.now(topics.DECISIONS, records.DECISIONS),
        facts=("amount_minor",),
    )
    # What a scenario found has moved: an alert of it says `allow`, which no member of the other alerts does.
    joined = sides.now(topics.ALERTS, records.ALERTS).filter(
        pl.col("change").is_in(["opened", "grew"]) & (pl.col("verdict") != Verdict.ALLOW)
    )
    yield nothing_missing(
        "members of alerts > alert events",
        upstream=sides.core_then.alert_members,
        downstream=joined.with_columns(id="transaction_id"),
        facts=("amount_minor", "verdict"),
    )
    yield nothing_twice("members are in one alert event each", joined.with_columns(id="transaction_id"))
    miscounted = sides.core_now.miscounted_alerts
    yield nothing_missing("alerts count and add up their members", upstream=miscounted, downstream=miscounted.clear())


def warehouse_checks(sides: Sides, warehouse: Warehouse) -> Iterator[Check]:
    """That each raw table is its topic, up to the offset that the sink wrote beside the rows: past the cut."""
    overrides = sides.now(topics.DECISIONS, records.OVERRIDES)
    for topic, kind, facts, by in _KEPT:
        kept = without_refused(sides.topics, topic, kind, by_process=WAREHOUSE_SINK)
        reached = is_before(warehouse.cut, topic)
        if kind == records.DECISIONS:
            kept = _answered(kept, overrides.filter(reached))
        yield the_same(
            f"{topic}: {kind} = raw.{kind}",
            owed=kept.filter(reached | is_before(sides.then, topic)),
            known=kept.filter(reached),
            found=warehouse.rows(kind),
            by=by,
            facts=facts,
        )


def lake_checks(sides: Sides, lake: Lake) -> Iterator[Check]:
    """That each record is in the lake at its place, up to the offset that the newest file names: past the cut."""
    for topic, kind, facts, by in _KEPT:
        rows = lake.rows(kind)
        kept = without_refused(sides.topics, topic, kind, by_process=LAKE_SINK)
        reached = is_before(lake.cut, topic)
        yield the_same(
            f"{topic}: {kind} = lake",
            owed=kept.filter(reached | is_before(sides.then, topic)),
            known=kept.filter(reached),
            found=rows,
            by=PLACE,
            facts=[name for name in dict.fromkeys((*by, *facts)) if name in rows.columns],
        )


def _answered(decisions: pl.DataFrame, overrides: pl.DataFrame) -> pl.DataFrame:
    """The decisions with the verdict that stands: that of the last override, where there is one."""
    last = overrides.sort("n").unique(KEY, keep="last").select(*KEY, standing="verdict")
    stands = pl.coalesce("standing", "verdict")
    return decisions.join(last, on=KEY, how="left", maintain_order="left").with_columns(verdict=stands).drop("standing")


def _outcome_events(events: pl.DataFrame) -> pl.DataFrame:
    """The events that end a transfer, by transfer."""
    ended = (pl.col("purpose") == Purpose.TRANSFER) & (pl.col("status") != LedgerStatus.HELD)
    return events.filter(ended).rename({"id": "event_id", "transfer_id": "id"})


def _numbers(topic_frames: TopicFrames) -> pl.Series:
    kinds = (
        records.DECISIONS, records.OUTCOMES, records.OVERRIDES, records.CONTROLS, records.STARTS, records.LOG_LABELS,
    )  # fmt: skip
    return pl.concat([topic_frames.frame(topics.DECISIONS, kind).select(*PLACE, "n") for kind in kinds]).sort(PLACE)["n"]


def without_refused(topic_frames: TopicFrames, topic: str, kind: str, *, by_process: str) -> pl.DataFrame:
    """Return a kind of a topic's records, but those that a process refused."""
    refused = topic_frames.refused(topic, by=by_process)
    kept = topic_frames.frame(topic, kind)
    return kept if refused.is_empty() else kept.join(refused, on=PLACE, how="anti")


def _unreadable_at(topic_frames: TopicFrames, cut: Cut) -> pl.DataFrame:
    found = topic_frames.unreadable()
    ours = [(pl.col("topic") == topic) & is_before(cut, topic) for topic in {topic for topic, _ in cut}]
    return found.filter(pl.any_horizontal(pl.lit(value=False), *ours))


def _refused_everywhere(topic_frames: TopicFrames) -> pl.DataFrame:
    return pl.concat([topic_frames.refused(name).with_columns(topic=pl.lit(name)) for name in topics.topics()])
