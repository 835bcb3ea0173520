"""`baas lake files | compact | verify`: what the lake's files are, fewer of them, and whether they are what was written."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from contracts import topics
from kit.clock import SystemClock
from kit.errors import DomainError
from kit.lake.manifest import DAY_MS
from kit.settings import settings
from pipelines.lake.compaction import GRACE_MS, compact
from pipelines.lake.compaction_plan import newest_day
from pipelines.lake.files import Part, offset_ranges, require_whole

HOUR_MS = 3_600_000


def main(arguments: list[str]) -> int:
    """Carry out one command; exit code 2 when it cannot be, 1 when `verify` finds damage."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(settings().lake, options)
    except (DomainError, OSError) as problem:
        remedy = f". {problem.remedy}" if isinstance(problem, DomainError) else ""
        sys.stderr.write(f"{problem}{remedy}\n")
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="baas lake", description=__doc__, epilog="docs/lake.md says how the lake is kept.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listed = commands.add_parser("files", help="what each topic has: files, rows, megabytes, days")
    listed.set_defaults(command=_files)
    compacted = commands.add_parser("compact", help="make day files of the small ones; reading and writing go on meanwhile")
    compacted.add_argument(
        "--grace-h", type=float, default=GRACE_MS / HOUR_MS, metavar="HOURS",
        help="delete what was replaced before so many hours; a reading that began then must have ended (%(default)g)",
    )  # fmt: skip
    compacted.set_defaults(command=_compact)
    verified = commands.add_parser("verify", help="whether every file is there and has the content that was written")
    verified.set_defaults(command=_verify)
    return parser


def _files(lake: Path, _options: argparse.Namespace) -> int:
    sys.stdout.write(f"{'topic':<28} {'files':>6} {'not compacted':>13} {'rows':>13} {'MB':>9}  days\n")
    for topic in _topics(lake):
        parts = offset_ranges(lake, topic)
        flushed = sum(not part.row.compacted for part in parts)
        rows, size_bytes = sum(part.count() for part in parts), sum(part.path.stat().st_size for part in parts)
        sys.stdout.write(f"{topic:<28} {len(parts):>6,} {flushed:>13,} {rows:>13,} {size_bytes / 1e6:>9,.1f}  {_span(parts)}\n")
    return 0


def _compact(lake: Path, options: argparse.Namespace) -> int:
    done = compact(
        lake, clock=SystemClock(), grace_ms=int(options.grace_h * HOUR_MS), progress=lambda line: print(line, flush=True)
    )
    if not any(each.files_before or each.deleted for each in done):
        sys.stdout.write("nothing to compact\n")
    return 0


def _verify(lake: Path, _options: argparse.Namespace) -> int:
    damaged = files = 0
    for topic in _topics(lake):
        for part in offset_ranges(lake, topic):
            files += 1
            try:
                require_whole(lake / topic, part.row)
            except DomainError as problem:
                damaged += 1
                sys.stdout.write(f"DAMAGED  {problem}\n")
    sys.stdout.write(f"{files - damaged:,} of {files:,} files are what was written\n")
    return 1 if damaged else 0


def _topics(lake: Path) -> list[str]:
    known = topics.topics()
    return sorted(path.name for path in lake.iterdir() if path.name in known) if lake.exists() else []


def _span(parts: list[Part]) -> str:
    """From the first file's day to the newest."""
    days = [day for part in parts if (day := newest_day(part.row.spreads)) is not None]
    if not days:
        return ""
    first, last = (datetime.fromtimestamp(day * DAY_MS / 1_000, UTC).date() for day in (min(days), max(days)))
    return str(first) if first == last else f"{first} to {last}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
