"""Hand over to a module's own command line, as `python -m` would."""

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec

import typer

from kit.settings import REPOSITORY_ROOT


def become(module: str, arguments: Sequence[str]) -> None:
    """Replace this process by `python -m module arguments`; exit code 2 when there is no such module."""
    sys.path.insert(0, str(REPOSITORY_ROOT))
    package = module.rpartition(".")[0]
    if find_spec(package) is None or find_spec(module) is None:
        typer.secho(f"there is no {module}; `baas --help` lists what there is", fg="red", err=True)
        raise typer.Exit(2)
    os.chdir(REPOSITORY_ROOT)
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606
