"""Hand over to a module's own command line, as `python -m` would."""

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

# Of a command that leaves its arguments to a module, `--help` too: what it takes is said in one place, the module's own.
PASS_ON: dict[str, Any] = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def become(module: str, arguments: Sequence[str]) -> NoReturn:
    """Replace this process by `python -m module arguments`, in the folder we were called in: paths in it mean that one."""
    # -P: our own packages are installed; what lies in that folder must not stand in their place.
    os.execv(sys.executable, [sys.executable, "-P", "-m", module, *arguments])  # noqa: S606
