"""The `feast` command, run as `baas features feast` does."""

import os
import subprocess
import sys
from pathlib import Path

from kit.settings import REPOSITORY_ROOT
from pipelines.profiles.store import REPOSITORY


def feast(var: Path, filled: dict[str, str], *arguments: str) -> str:
    """Return what it prints. `filled` are the variables that the configuration names."""
    variables = {"BAAS_VAR": str(var), "PYTHONPATH": str(REPOSITORY_ROOT)}
    done = subprocess.run(
        [Path(sys.executable).with_name("feast"), "--chdir", REPOSITORY, *arguments],
        env=dict(os.environ) | variables | filled,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
