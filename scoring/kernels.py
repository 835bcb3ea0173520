"""How the kernels of this package are compiled.

Numba would count references to every array that a kernel hands to another (three quarters of the scanner's time): these kernels
allocate nothing, and are compiled without. Its disk cache would miss a change in a helper or a constant of another module: the
folder carries a hash of every source that a kernel can see.
"""

import hashlib
import os
import platform
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np

from kit.settings import REPOSITORY_ROOT

_SEEN = ("scoring/*.py", "contracts/*.py", "risk/policy.py", "kit/money.py")


@cache
def _folder() -> str:
    digest = hashlib.sha256()
    for version in (numba.__version__, llvmlite.__version__, np.__version__, platform.machine()):
        digest.update(version.encode())
    for path in sorted(path for pattern in _SEEN for path in REPOSITORY_ROOT.glob(pattern)):
        digest.update(path.read_bytes())
    var = Path(os.environ.get("BAAS_VAR", REPOSITORY_ROOT / "var"))
    return str(var / "kernels" / f"scoring-{digest.hexdigest()[:16]}")


def _compiled(function: Callable[..., Any], **options: bool) -> Any:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = _folder()
    try:
        return numba.njit(cache=True, _nrt=False, **options)(function)
    finally:
        numba.config.CACHE_DIR = before


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls: it releases the interpreter and allocates nothing."""
    return _compiled(function, nogil=True)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a function that becomes part of the kernels that call it."""
    return _compiled(function, forceinline=True)
