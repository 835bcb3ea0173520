"""`baas graph rebuild`: make the graph again from the topics."""

import argparse
import sys

from cases.graph.reading import told
from kit.errors import DomainError
from kit.settings import settings
from streams.graph.rebuild import rebuild


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    _parser().parse_args(arguments)
    try:
        with told():
            done = rebuild(settings(), progress=_show if sys.stderr.isatty() else lambda _left: None)
    except DomainError as refused:
        print(f"{refused.detail}\n{refused.remedy}", file=sys.stderr)
        return 1
    print(f"the graph is made again from {done.messages:,} messages in {done.seconds:.1f} s (generation {done.generation})")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="baas graph", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "rebuild",
        help="read everything again beside what is asked, and switch",
        description="Read the ledger's events and the decision log again from their beginning, while questions are answered.",
    )
    return parser


def _show(left: int) -> None:
    sys.stderr.write(f"\r{left:,} messages left   ")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
