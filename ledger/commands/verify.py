"""`baas ledger verify`: recount every entry, digest, link, block and signature, and name the first row that is wrong."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from kit.postgres import connect
from kit.settings import settings
from ledger.chain.anchor import Anchor, read_anchor, write_anchor
from ledger.verification.run import Verified, verify

ROLE = "audit"
PROGRESS_EVERY_S = 2.0


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("verify", help="recount everything", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines for people")
    parser.add_argument(
        "--anchor",
        type=Path,
        help="what you have seen of the chain before: a file of your own, brought up to date when all is right "
        "(default: the sealer's own)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify and say what was found; returns 1 when something is wrong."""
    found = settings()
    anchor = read_anchor(options.anchor or found.chain_anchor)
    with connect(found.core.dsn(ROLE), application="verify", statement_timeout_ms=0) as connection:
        verified = verify(connection, anchor=anchor, progress=_progress(time.monotonic))
    if options.anchor and verified.finding is None and verified.chain.blocks and verified.chain.first_key:
        seen = Anchor(first_key=verified.chain.first_key, height=verified.chain.blocks - 1, hash=str(verified.chain.last_hash))
        write_anchor(options.anchor, seen)
    sys.stdout.write((as_json(verified) if options.json else "\n".join(lines(verified, anchored=anchor is not None))) + "\n")
    return 0 if verified.finding is None else 1


def lines(verified: Verified, *, anchored: bool) -> list[str]:
    """What a person is told."""
    chain = verified.chain
    counted = [
        f"{verified.entries:,} entries of {verified.transfers:,} transfers in {verified.seconds:.1f} s "
        f"({verified.entries_per_s:,.0f} entries/s, {verified.peak_mb:,.0f} MB)",
        f"{chain.batches:,} batches in {chain.blocks:,} blocks, {chain.keys} keys; {chain.unsealed:,} batches to seal",
    ]
    if not anchored:
        counted.append("no anchor: that the chain was not cut off or made anew was not checked")
    if verified.finding is None:
        return [*counted, "Everything agrees."]
    rows = [f"  {row}" for row in verified.finding.rows]
    one = "This row is wrong" if len(rows) == 1 else "One of these rows is wrong"
    return [f"{one}:", *rows, f"{verified.finding.differs}."]


def as_json(verified: Verified) -> str:
    """What a program is told."""
    finding, chain = verified.finding, verified.chain
    return json.dumps(
        {
            "right": finding is None,
            "finding": finding
            and {"rows": [{"table": row.table, "key": row.key} for row in finding.rows], "differs": finding.differs},
            "entries": verified.entries,
            "transfers": verified.transfers,
            "blocks": chain.blocks,
            "batches": chain.batches,
            "unsealed_batches": chain.unsealed,
            "keys": chain.keys,
            "seconds": round(verified.seconds, 3),
            "entries_per_s": round(verified.entries_per_s, 1),
            "peak_mb": round(verified.peak_mb, 1),
        }
    )


def _progress(now_s: Callable[[], float]) -> Callable[[str, int], None]:
    last_s, last_stage = now_s(), ""

    def say(stage: str, count: int) -> None:
        nonlocal last_s, last_stage
        if stage != last_stage or now_s() - last_s >= PROGRESS_EVERY_S:
            last_s, last_stage = now_s(), stage
            sys.stderr.write(f"{stage}: {count:,}\n" if count else f"{stage}\n")
            sys.stderr.flush()

    return say
