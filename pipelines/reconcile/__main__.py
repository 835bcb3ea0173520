"""`baas reconcile [--json] [--wait-s 60]`: exit code 0 when everything is everywhere, 1 on a difference."""

import argparse
import json
import sys
import time
from dataclasses import asdict

from kit.settings import Settings, settings
from pipelines.reconcile.compare import Check, inbound_accounted, nothing_missing, nothing_twice
from pipelines.reconcile.stores import CoreSets, read_books, read_core, read_lake, read_warehouse
from pipelines.reconcile.topic_sets import (
    TopicSets,
    read_decision_log,
    read_flagged,
    read_inbound,
    read_ledger_events,
)

WAIT_S = 60.0
RETRY_S = 5.0


def main(arguments: list[str] | None = None) -> int:
    """Compare, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="baas reconcile", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--wait-s", type=float, default=WAIT_S, help="how long consumers may take to pass the cut (60)")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    checks = reconcile(settings(), wait_s=options.wait_s)
    clean = all(check.clean for check in checks)
    if options.json:
        print(json.dumps({"clean": clean, "checks": [asdict(check) for check in checks]}))
    else:
        for check in checks:
            print(f"{'ok  ' if check.clean else 'DIFF'}  {check.name:<62} {check.compared:>12,}")
            for problem in check.problems:
                print(f"      {problem}")
        print(f"{'clean' if clean else 'differences found'} after {time.monotonic() - started:.1f} s")
    return 0 if clean else 1


def reconcile(ours: Settings, *, wait_s: float) -> list[Check]:
    """Cut, give the consumers until `wait_s` to pass the cut, and compare both ways.

    Upstream is read before downstream (nothing may be missing), and upstream once more after it (nothing may be extra).
    """
    cut = _upstream(ours)
    deadline = time.monotonic() + wait_s
    while True:
        checks = _compare(ours, cut)
        if all(check.clean for check in checks) or time.monotonic() > deadline:
            return checks
        time.sleep(RETRY_S)


def _upstream(ours: Settings) -> tuple[CoreSets, TopicSets]:
    topics_then = TopicSets()
    read_inbound(ours, topics_then)
    read_decision_log(ours, topics_then)
    read_flagged(ours, topics_then)
    core_then = read_core(ours)
    return core_then, topics_then


def _compare(ours: Settings, cut: tuple[CoreSets, TopicSets]) -> list[Check]:
    core_then, then = cut
    events_now, refused_now, log_now = TopicSets(), TopicSets(), TopicSets()
    read_ledger_events(ours, events_now)
    read_inbound(ours, refused_now)
    warehouse, lake = read_warehouse(ours), read_lake(ours)
    read_decision_log(ours, log_now)
    core_now = read_core(ours)
    books = read_books(ours)
    return [
        Check("entries, balances and holds recount; every currency sums to zero", 1, [] if books.none else [str(books)]),
        nothing_twice("ledger events are on their topic once", events_now.events),
        nothing_twice("outbox rows are on their topics once", events_now.outbox_ids),
        nothing_missing("outbox > topics", upstream=core_then.outbox_ids, downstream=events_now.outbox_ids),
        nothing_twice("transfers have one outcome event", events_now.event_transfers),
        nothing_missing("ledger > outcome events", upstream=core_then.final_transfers, downstream=events_now.event_transfers),
        nothing_missing(
            "outcome events > ledger",
            upstream=events_now.event_transfers,
            downstream=core_now.final_transfers,
            excused=core_now.running_claims,
        ),
        inbound_accounted(
            places=then.inbound_places,
            refused=refused_now.refused,
            decided=set(log_now.decisions),
            records=then.inbound_records,
        ),
        nothing_twice("decisions are in the log once", log_now.decisions),
        nothing_twice("outcomes are in the log once", log_now.outcomes),
        nothing_missing("log > warehouse", upstream=then.decisions, downstream=warehouse.decisions),
        nothing_missing("warehouse > log", upstream=warehouse.decisions, downstream=log_now.decisions),
        nothing_missing("log > lake", upstream=then.decisions, downstream=lake),
        nothing_twice("decisions are in the lake once", lake),
        nothing_missing("lake > log", upstream=lake, downstream=log_now.decisions),
        nothing_missing(
            "ledger > decisions", upstream=[*core_then.final_transfers, *core_then.held_transfers], downstream=log_now.decisions
        ),
        nothing_missing(
            "decisions at the cut > outcomes, but for open holds and leases",
            upstream=set(then.decisions).intersection(core_then.final_transfers),
            downstream=log_now.outcomes,
            excused=[*core_then.held_transfers, *core_then.running_claims],
        ),
        nothing_missing("flagged > members of alerts", upstream=then.flagged, downstream=core_now.alert_members),
        nothing_missing("members of alerts > decisions", upstream=core_then.alert_members, downstream=log_now.decisions),
    ]


if __name__ == "__main__":
    sys.exit(main())
