"""Compiled kernels on disk, under a name that changes with any of their sources.

Numba's own cache looks only at the file of the function that it compiles: a change in a helper of another module, or in a
constant that the function reads, would run yesterday's machine code. The folder carries a hash of all sources and versions.
"""

import hashlib
import platform
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite
import numba
import numpy as np

from kit.settings import settings

# A number inside a kernel: numba works out its exact type.
Word = Any

# Pieces of kernels. They allocate nothing, so that no reference is counted, and divide by nothing that may be zero.
part = numba.njit(_nrt=False, error_model="numpy")
inlined = numba.njit(_nrt=False, error_model="numpy", forceinline=True)


def sources_hash(modules: list[ModuleType]) -> str:
    """Hash the text of modules, and the versions of what compiles them."""
    digest = hashlib.sha256()
    for version in (numba.__version__, llvmlite.__version__, np.__version__, platform.machine()):
        digest.update(version.encode())
    for path in sorted(str(module.__file__) for module in modules):
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()[:16]


def compiled(function: Callable[..., Any], signature: Any, modules: list[ModuleType]) -> Callable[..., Any]:
    """Compile `function` for one signature (or load it from `var/kernels`), and refuse every other type from then on."""
    folder = settings().var / "kernels" / sources_hash(modules)
    folder.mkdir(parents=True, exist_ok=True)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        dispatcher = numba.njit(nogil=True, cache=True, _nrt=False, error_model="numpy")(function)
        dispatcher.compile(signature)
    finally:
        numba.config.CACHE_DIR = before
    dispatcher.disable_compile()
    found: Callable[..., Any] = dispatcher
    return found
