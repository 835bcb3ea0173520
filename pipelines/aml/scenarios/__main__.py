"""`python -m pipelines.aml.scenarios measure`: how right the scenarios are on a simulated bank with planted schemes.

`python -m pipelines.aml.scenarios list`: what each looks for, in words.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kit.clock import SystemClock
from pipelines.aml.scenarios.measuring import BY_RULE, Measured
from pipelines.aml.scenarios.simulated import LEAST_DAYS, looked_at, simulated
from risk.scenarios.catalogue import SCENARIOS
from simulator.bank import Plan
from simulator.codes import HOUR_MS


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or tell what there is; exit code 2 for what cannot be measured."""
    options = _parser().parse_args(arguments)
    if options.action == "list":
        for each in SCENARIOS.values():
            print(f"{each.code} ({each.engine}, {each.severity}): {each.in_words(each.defaults)}")
            print(f"  {'; '.join(each.sources)}")
        return 0
    until_ms = SystemClock().now_ms() // HOUR_MS * HOUR_MS
    plan = Plan(customers=options.customers, days=options.days, seed=options.seed, until_ms=until_ms)
    with tempfile.TemporaryDirectory() as folder:
        try:
            bank = simulated(Path(folder), plan, each=options.each, progress=lambda line: print(line, file=sys.stderr))
        except ValueError as problem:
            print(problem, file=sys.stderr)
            return 2
        _tell(list(looked_at(bank)))
    return 0


def _tell(rows: Sequence[Measured]) -> None:
    print(f"{'scenario':<24}{'found':>10}{'near misses':>13}{'twins':>9}{'true':>7}{'false':>7}")
    for row in rows:
        print(
            f"{row.scenario:<24}{f'{row.caught}/{row.planted}':>10}{f'{row.near_misses_found}/{row.near_misses}':>13}"
            f"{f'{row.twins_found}/{row.twins}':>9}{row.true_findings:>7}{row.false_findings:>7}"
        )
    counted = [row for row in rows if row.scenario not in BY_RULE]
    planted, caught = sum(row.planted for row in rows), sum(row.caught for row in rows)
    true, false = sum(row.true_findings for row in counted), sum(row.false_findings for row in counted)
    print(f"{caught} of {planted} schemes found; {false} false alarms beside {true} true ones, rules that always tell left out")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.aml.scenarios", description="Scenarios of money laundering, and how right they are"
    )
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="what each scenario looks for, in words")
    measure = actions.add_parser("measure", help="plant schemes in a simulated bank, and say what is found of them")
    measure.add_argument("--customers", type=int, default=3_000, help="of the simulated bank (3000)")
    measure.add_argument("--days", type=int, default=LEAST_DAYS, help=f"of its history ({LEAST_DAYS}, which is the least)")
    measure.add_argument("--seed", type=int, default=7)
    measure.add_argument("--each", type=int, default=8, help="schemes, near misses and twins of each scenario (8)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
