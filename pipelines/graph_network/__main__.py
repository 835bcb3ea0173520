"""`baas graph-network`: learn from who pays whom, see the versions, have one used, score the accounts now."""

import argparse
import sys
from datetime import date

from kit.clock import SystemClock
from kit.errors import DomainError
from kit.settings import Settings, settings
from ledger.days import end_ms, last_ended
from pipelines.graph_network import registry
from pipelines.graph_network.scoring import score
from pipelines.graph_network.training import said, train
from pipelines.versions import CHAMPION

DEMO = "demo"


def main(arguments: list[str]) -> int:
    """Carry out one command; exit code 2 when what was asked for cannot be."""
    options = _parser().parse_args(arguments)
    try:
        sys.stdout.write(options.command(settings(), options))
    except (DomainError, OSError) as problem:
        remedy = f". {problem.remedy}" if isinstance(problem, DomainError) else ""
        sys.stderr.write(f"{problem}{remedy}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="baas graph-network", description=__doc__, epilog="docs/graph-network.md says more.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    trained = commands.add_parser("train", help="learn from what is known, beside gradient trees, and register it")
    trained.add_argument("--tenant", default=DEMO, help=f"whose payments it learns from ({DEMO})")
    trained.add_argument("--cutoff", type=date.fromisoformat, metavar="DAY", help="the last day to know anything of (the last)")
    trained.set_defaults(command=_train)
    listed = commands.add_parser("list", help="every version, what it and the trees were worth, which one is used")
    listed.set_defaults(command=_list)
    promoted = commands.add_parser("promote", help="have a version used from the next night on")
    promoted.add_argument("version", type=int)
    promoted.add_argument("--why", required=True, help="kept with the version")
    promoted.add_argument("--by", required=True, help="who says so")
    promoted.set_defaults(command=_promote)
    scored = commands.add_parser("score", help="score every account and tell the scorer, as every night")
    scored.add_argument("--day", type=date.fromisoformat, help="as known at the end of this day (the last that ended)")
    scored.set_defaults(command=_score)
    return parser


def _train(ours: Settings, options: argparse.Namespace) -> str:
    day = options.cutoff or last_ended(SystemClock().now_ms())
    found = train(ours, tenant_id=options.tenant, cutoff_ms=end_ms(day), progress=_show)
    version, alias = registry.register(ours, found)
    told = "used from the next night on" if alias == CHAMPION else "not used until somebody promotes it"
    return (
        f"{registry.MODEL_NAME} {version}: average precision {said(found.ours)}, of gradient trees {said(found.trees)}; "
        f"{told}; its card is with its run in the registry\n"
    )


def _list(ours: Settings, _options: argparse.Namespace) -> str:
    def figure(value: float | None) -> str:
        return "unknown" if value is None else f"{value:.4f}"

    rows = [
        f"{each.version:>7}  {figure(each.average_precision):>17}  {figure(each.trees_average_precision):>13}  "
        f"{', '.join(each.aliases)}\n"
        for each in registry.listed(ours)
    ]
    return "".join([f"{'version':>7}  {'average precision':>17}  {'of trees':>13}  is\n", *rows])


def _promote(ours: Settings, options: argparse.Namespace) -> str:
    registry.promote(ours, options.version, why=options.why, by=options.by)
    return f"{registry.MODEL_NAME} {options.version} is used from the next night on\n"


def _score(ours: Settings, options: argparse.Namespace) -> str:
    from pipelines.profiles.account_graph import tell

    clock = SystemClock()
    scored = score(ours, last_day=options.day or last_ended(clock.now_ms()), clock=clock)
    told = tell(ours, clock=clock)
    lines = [f"{each.tenant_id}: {each.summary}\n" for each in scored] or ["no network is registered: nothing was scored\n"]
    return "".join([*lines, f"{told:,} accounts' profiles are online and told to the scorer\n"])


def _show(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
