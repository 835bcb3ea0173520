"""`baas ledger rotate-key`: from the next block on, blocks are signed with a new key that the present one endorses."""

import argparse
import sys

from kit.clock import SystemClock
from kit.postgres import connect
from kit.settings import settings
from ledger.chain.keys import PrivateKeys
from ledger.chain.process import ROLE
from ledger.chain.sealer import rotate


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("rotate-key", help="sign blocks with a new key", description=__doc__)
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Make and endorse the keys; returns 1 when there is none yet that could be replaced."""
    found = settings()
    with connect(found.core.dsn(ROLE), application="rotate-key") as connection:
        made = rotate(connection, keys=PrivateKeys(found.secrets / "chain"), clock=SystemClock())
    for key in made:
        sys.stdout.write(f"{key.algorithm} {key.key_id} signs from block {key.from_height} on\n")
    if not made:
        sys.stderr.write("nothing was signed yet: the sealer makes the first key with the first block\n")
    return 0 if made else 1
