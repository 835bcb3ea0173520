"""`baas reconcile [--json] [--wait-s 60]`: exit code 0 when everything is everywhere, 1 on a difference."""

import argparse
import json
import sys
import time
from dataclasses import asdict

import polars as pl

from kit.settings import Settings, settings
from pipelines.lake import LakeGap
from pipelines.reconcile.checks import Sides, alert_checks, lake_checks, ledger_checks, log_checks, warehouse_checks
from pipelines.reconcile.compare import Check
from pipelines.reconcile.mart_checks import mart_checks
from pipelines.reconcile.stores import Core, Lake, Warehouse, read_books, read_core, read_marts, read_outbox
from pipelines.reconcile.topic_frames import Cut, TopicFrames

WAIT_S = 60.0
RETRY_S = 5.0
NO_GAP = "files of the lake cover their topics without a gap"


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
            print(f"{'ok  ' if check.clean else 'DIFF'}  {check.name:<76} {check.compared:>12,}")
            for problem in check.problems:
                print(f"      {problem}")
        print(f"{'clean' if clean else 'differences found'} after {time.monotonic() - started:.1f} s")
    return 0 if clean else 1


def reconcile(ours: Settings, *, wait_s: float) -> list[Check]:
    """Cut, give the consumers until `wait_s` to pass the cut, and compare both ways.

    Upstream is cut before downstream is read (nothing may be missing), and read after it (nothing may be extra). Topics are
    kept as columns, a few hundred bytes a transaction, and read on from where they were; the stores are read a table at a time.
    """
    topics = TopicFrames(ours.kafka)
    cut, core_then, outbox_then = topics.ends(), read_core(ours), read_outbox(ours)
    deadline = time.monotonic() + wait_s
    while True:
        checks = _compare(ours, topics, cut=cut, core_then=core_then, outbox_then=outbox_then)
        if all(check.clean for check in checks) or time.monotonic() > deadline:
            return checks
        time.sleep(RETRY_S)


def _compare(ours: Settings, topics: TopicFrames, *, cut: Cut, core_then: Core, outbox_then: pl.DataFrame) -> list[Check]:
    lake, marts = _lake(ours), read_marts(ours)
    with Warehouse(ours) as warehouse:
        core_now, books = read_core(ours), read_books(ours)
        topics.read_on()
        sides = Sides(then=cut, core_then=core_then, outbox_then=outbox_then, core_now=core_now, books=books, topics=topics)
        checks = [*ledger_checks(sides), *log_checks(sides), *alert_checks(sides), *warehouse_checks(sides, warehouse)]
        checks += mart_checks(sides, marts)
    gap = Check(NO_GAP, 1, [lake.detail] if isinstance(lake, LakeGap) else [])
    return [*checks, gap, *(() if isinstance(lake, LakeGap) else lake_checks(sides, lake))]


def _lake(ours: Settings) -> Lake | LakeGap:
    """The lake, or why it cannot be read as a whole."""
    try:
        return Lake(ours.lake)
    except LakeGap as gap:
        return gap


if __name__ == "__main__":
    sys.exit(main())
