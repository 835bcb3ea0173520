"""Hand over to a module's own command line, as `python -m` would."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn


def become(module: str, arguments: Sequence[str]) -> NoReturn:
    """Replace this process by `python -m module arguments`, in the folder we were called in: paths in it mean that one."""
    # -P: our own packages are installed; what lies in that folder must not stand in their place.
    os.execv(sys.executable, [sys.executable, "-P", "-m", module, *arguments])  # noqa: S606
