"""`baas bench`: benches that need servers use the ones that run here, or get a set of their own for as long as they take."""

import os
import subprocess
import sys
from collections.abc import Sequence

import typer

from baas.machine import absolute
from baas.operator_errors import Refused
from baas.run_module import become
from bench import NAMES, ON_SERVERS
from kit.localset.supervision import Supervisor
from kit.settings import settings

ASKS_FOR_HELP = frozenset({"-h", "--help"})


def run_bench(name: str, arguments: Sequence[str]) -> None:
    """Measure; the last line of standard output is the bench's own. Raises Refused, and typer.Exit with its exit code."""
    if name not in NAMES:
        raise Refused(f"there is no bench {name}; there are: {', '.join(NAMES)}")
    module = "bench." + name.replace("-", "_")
    if name not in ON_SERVERS or ASKS_FOR_HELP.intersection(arguments) or _servers_run():
        become(module, arguments)
    environment = os.environ | {"BAAS_VAR": str(absolute(settings()).var / "bench")}
    typer.echo("no servers run here: this run gets its own, under var/bench", err=True)
    try:
        _baas("up", "--servers-only", environment=environment)
        done = subprocess.run([sys.executable, "-P", "-m", module, *arguments], env=environment, check=False)  # noqa: S603
    finally:
        _baas("down", environment=environment)
    raise typer.Exit(done.returncode)


def _servers_run() -> bool:
    ours = absolute(settings())
    outside = ours.core.external and ours.kafka.external
    return outside or "BAAS_TEST_SERVERS" in os.environ or Supervisor(ours.var).alive()


def _baas(*arguments: str, environment: dict[str, str]) -> None:
    """Run our own command line with its words on standard error. Raises typer.Exit when it fails."""
    done = subprocess.run([sys.executable, "-m", "baas.cli", *arguments], env=environment, stdout=sys.stderr, check=False)  # noqa: S603
    if done.returncode:
        raise typer.Exit(done.returncode)
