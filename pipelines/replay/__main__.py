"""`python -m pipelines.replay FILE -m M [--tenant T] [--rate R] [--from DAY] [--until DAY] [--send-only | --dry-run [N]]`."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from kit.errors import DomainError
from kit.process import Lifecycle
from kit.settings import settings
from pipelines.bootstrap.progress import Stalled
from pipelines.replay.arrival import ReplayInterrupted, build_marts_of
from pipelines.replay.play import first_rows, replay


def main(arguments: list[str]) -> int:
    """Replay a file and build its marts; exit code 2 when the file or the mapping is wrong, 1 when not all of it was done."""
    options = _parser().parse_args(arguments)
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    try:
        if options.dry_run:
            for row in first_rows(options.file, options.mapping, tenant=options.tenant, rows=options.dry_run):
                sys.stdout.write(json.dumps(row) + "\n")
            return 0
        done = replay(
            settings(),
            options.file,
            options.mapping,
            tenant=options.tenant,
            rate_per_s=options.rate,
            from_day=options.from_day,
            until_day=options.until_day,
            progress=_say,
            lifecycle=lifecycle,
        )
        sys.stdout.write(
            f"{done.events:,} transactions and {done.labels:,} labels sent for tenant {done.tenant_id}"
            f" ({done.already_there:,} were there), {done.accounts:,} accounts open\n"
        )
        if not options.send_only:
            build_marts_of(settings(), done.tenant_id, progress=_say, lifecycle=lifecycle)
    except Stalled as problem:
        sys.stderr.write(f"everything is sent, and the marts are not built: {problem}\n")
        return 1
    except ReplayInterrupted as interrupted:
        sys.stderr.write(f"interrupted; what was sent goes on, and the marts follow: {interrupted}\n")
        return 1
    except DomainError as problem:
        sys.stderr.write(f"{problem.detail}\n{problem.remedy}\n")
        return 2
    return 0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def _file(name: str) -> Path:
    """Return the path of a file that is there."""
    path = Path(name)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {name}")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="baas replay", description="Play a file of transactions through the whole product")
    parser.add_argument("file", type=_file, help="Parquet or CSV")
    parser.add_argument("--mapping", "-m", required=True, help="a YAML file, or the name of a mapping that is shipped")
    parser.add_argument("--tenant", help="instead of the mapping's own")
    parser.add_argument("--rate", type=float, help="transactions a second (default: as fast as the broker takes them)")
    parser.add_argument("--from", dest="from_day", type=date.fromisoformat, help="first day (UTC)")
    parser.add_argument("--until", dest="until_day", type=date.fromisoformat, help="day after the last (UTC)")
    parser.add_argument("--send-only", action="store_true", help="neither wait for the decisions nor build the marts")
    parser.add_argument("--dry-run", type=int, nargs="?", const=5, metavar="N", help="show the first N; send nothing")
    return parser


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
