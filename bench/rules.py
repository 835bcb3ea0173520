"""`baas bench rules`: fifty rules written as expressions, at several batch sizes, beside the same as Polars expressions.

Polars is asked in the most favourable way: its frame holds what the rules read and nothing else, and making it is not counted.
Hits are compared row by row, with Polars over all rules and with `bench.rule_book.RuleBook` over those that it can express.
"""

import time
from collections.abc import Sequence
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.random_rules import CONJUNCTIONS, LISTS, RULES, RandomEvents, random_events, random_rules
from bench.report import Report, parser
from bench.rule_book import Rule, RuleBook
from bench.rules_polars import expression_of, frame_of
from bench.timing import us_each
from contracts.decisions import Verdict
from feature_store.definitions import FEATURE_NAMES
from risk.expressions.check import Checked, check
from risk.expressions.program import Clause, Program
from risk.expressions.schema import Schema

BATCH, SMALL_BATCHES = 1_024, (64, 1)
RUN_S, QUICK_RUN_S = 0.25, 0.05
COMPILATIONS = 9


def main(arguments: list[str] | None = None) -> int:
    """Measure and publish; exit code 1 when a hit differs."""
    options = parser("rules", __doc__ or "").parse_args(arguments)
    run_s = QUICK_RUN_S if options.quick else RUN_S
    report = Report("rules")
    written = random_rules(1)
    schema = Schema.of(lists=LISTS)
    program = _compile([rule.expression for rule in written], schema)
    checked = [check(rule.expression, schema) for rule in written]
    book = RuleBook(
        [
            Rule(f"rule_{number}", Verdict.REVIEW, rule.conditions, "")
            for number, rule in enumerate(written)
            if rule.conditions is not None
        ],
        features=FEATURE_NAMES,
    )
    same = _compile([rule.expression for rule in written if rule.conditions is not None], schema)
    events = random_events(BATCH, seed=2, memberships=len(program.memberships))
    mismatches = _mismatches(events, program, checked, same, book)
    report.figure("mismatches", mismatches)
    report.figure("compile_ms", [_compile_ms([rule.expression for rule in written], schema) for _ in range(COMPILATIONS)])
    ours = report.figure("us_per_event", us_each(partial(_ask, program, events), run_s, rows=BATCH))
    for size in SMALL_BATCHES:
        report.figure(
            f"us_per_batch_{size}",
            us_each(partial(_ask, program, events.first(size, memberships=len(program.memberships))), run_s),
        )
    plain, alone = events.first(BATCH, memberships=0), events.first(1, memberships=0)
    report.figure("conjunctions_us_per_event", us_each(partial(_ask, same, plain), run_s, rows=BATCH))
    report.figure("conjunctions_rule_book_us_per_event", us_each(partial(_ask_book, book, events), run_s, rows=BATCH))
    report.figure("conjunctions_us_per_batch_1", us_each(partial(_ask, same, alone), run_s))
    report.figure("conjunctions_rule_book_us_per_batch_1", us_each(partial(_ask_book, book, alone), run_s))
    asked = [expression_of(one.term).alias(f"rule_{bit}") for bit, one in enumerate(checked)]
    frame = frame_of(events, program)
    theirs = report.baseline("polars", "us_per_event", us_each(partial(frame.select, asked), run_s, rows=BATCH))
    report.ratio("us_per_event_vs_polars", theirs / ours)
    report.settings |= {
        "rules": RULES, "conjunctions": CONJUNCTIONS, "features_read": len(program.columns), "operations": program.operations,
        "hits_per_event": round(float(np.bitwise_count(_ask(program, events)).sum()) / BATCH, 3), "batch": BATCH,
        "polars_threads": pl.thread_pool_size(),
    }  # fmt: skip
    report.publish()
    return 1 if mismatches else 0


def _compile(sources: Sequence[str], schema: Schema) -> Program:
    return Program([Clause(check(source, schema), bit) for bit, source in enumerate(sources)])


def _compile_ms(sources: Sequence[str], schema: Schema) -> float:
    started = time.perf_counter()
    _compile(sources, schema)
    return (time.perf_counter() - started) * 1e3


def _ask(program: Program, events: RandomEvents) -> NDArray[np.uint64]:
    return program.hits(
        event_time_ms=events.event_time_ms,
        events=events.events,
        features=events.features,
        scores=events.scores,
        members=events.members,
    )


def _ask_book(book: RuleBook, events: RandomEvents) -> NDArray[np.int64]:
    # The first of a program's event columns are those of the rule book.
    return book.hits(event_time_ms=events.event_time_ms, events=events.events, features=events.features)


def _mismatches(events: RandomEvents, program: Program, checked: Sequence[Checked], same: Program, book: RuleBook) -> int:
    """Rows and rules where the program and a peer differ."""
    hits = _ask(program, events)[:, 0]
    frame = frame_of(events, program).select(
        expression_of(one.term).fill_null(False).alias(str(n)) for n, one in enumerate(checked)
    )
    theirs = np.zeros(BATCH, np.uint64)
    for bit, column in enumerate(frame.iter_columns()):
        theirs |= column.to_numpy().astype(np.uint64) << np.uint64(bit)
    differ = np.bitwise_count(hits ^ theirs).sum()
    differ += np.bitwise_count(
        _ask(same, events.first(BATCH, memberships=0))[:, 0] ^ _ask_book(book, events).view(np.uint64)
    ).sum()
    return int(differ)


if __name__ == "__main__":
    raise SystemExit(main())
