"""What the scorer shows of itself."""

from prometheus_client import Counter, Gauge, Histogram

from contracts.decisions import Door, Verdict
from scoring.engine import Engine

decisions = Counter("baas_scorer_decisions_total", "Decisions taken", ["door", "verdict"])
duplicates = Counter("baas_scorer_duplicates_total", "Transactions met again and answered from memory", ["door"])
refused = Counter("baas_scorer_refused_total", "Messages refused", ["door", "reason"])
shed = Counter(
    "baas_scorer_shed_total", "Requests turned away undecided: full at the door, or late before their turn", ["reason"]
)
adopted = Counter("baas_scorer_adopted_total", "Decisions taken over from our own ledger's events")
overridden = Counter("baas_scorer_overridden_total", "Answers that a posting overrode")
outcomes_unknown = Counter("baas_scorer_unknown_outcomes_total", "Outcomes of transactions that were never decided here")
labels = Counter("baas_scorer_labels_total", "Labels copied into the log")
labels_waiting = Gauge("baas_scorer_waiting_labels", "Labels whose known_at their tenant's events have not reached")
labels_unknown = Gauge("baas_scorer_unknown_labels", "Labels, since the start, of transactions that were not known any more")
unusable_controls = Gauge("baas_scorer_unusable_controls", "Controls of the log that this process cannot follow")
seconds = Histogram(
    "baas_scorer_decision_seconds",
    "From arrival in the process to the decision, a batch of messages or a request each",
    ["door"],
    buckets=(0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5),
)
commit_seconds = Histogram(
    "baas_scorer_commit_seconds", "Committing a transaction", buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5)
)
remembered = Gauge("baas_scorer_remembered_decisions", "Decisions that duplicates are recognised by")
log_position = Gauge("baas_scorer_log_n", "Number of the next log record")
epoch = Gauge("baas_scorer_epoch", "Starts of this shard's scorer")
lag = Gauge("baas_scorer_lag_messages", "Messages that wait", ["topic"])
snapshots = Counter("baas_scorer_snapshots_total", "Snapshots of the state, by how they ended", ["result"])
snapshot_age_seconds = Gauge("baas_scorer_snapshot_age_seconds", "Since the last snapshot; NaN without one")
snapshot_seconds = Gauge("baas_scorer_snapshot_seconds", "How long the last snapshot took to write, beside the work")
snapshot_bytes = Gauge("baas_scorer_snapshot_bytes", "Size of the last snapshot")
snapshot_pause_seconds = Histogram(
    "baas_scorer_snapshot_pause_seconds",
    "How long a snapshot kept the engine from both doors: the fork",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
)

_SECONDS = {door: seconds.labels(door) for door in Door}
_BY_DOOR = {door: [decisions.labels(door, verdict) for verdict in Verdict] for door in Door}


def count_verdicts(door: Door, counts: list[int]) -> None:
    """Add a batch's decisions by verdict."""
    for counter, count in zip(_BY_DOOR[door], counts, strict=True):
        if count:
            counter.inc(count)


def observe(door: Door, duration_s: float) -> None:
    """Note how long a batch or a request took from its arrival to its decision."""
    _SECONDS[door].observe(duration_s)


def show_state(engine: Engine) -> None:
    """Publish the size and position of the state."""
    remembered.set(len(engine.memory))
    log_position.set(engine.next_n)
    epoch.set(engine.epoch)
    labels_waiting.set(len(engine.labels))
    labels_unknown.set(engine.counters.labels_unknown)
