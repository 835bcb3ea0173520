"""How numba kernels are compiled, and where their machine code stays between processes.

Numba's own cache looks only at the file of the function that it compiles: a change in a helper of another module, or in a
constant that the function reads, would run yesterday's machine code. Here a package's kernels lie in a folder whose name
carries a hash of every source that they can see, and of the versions of what compiles them. The folder is the user's, so that
a product started in a new `var/` compiles nothing again.
"""

import hashlib
import os
import platform
import shutil
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np

from kit.settings import REPOSITORY_ROOT, user_cache

KEEP_S = 30 * 86_400


class Kernels:
    """The kernels of one package; `sources` are glob patterns, from the repository's root, of all that they can see.

    They allocate nothing and are compiled so: numba would count references to every array that one kernel hands to another,
    which took three quarters of a scanner's time. They divide by nothing that may be zero.
    """

    def __init__(self, package: str, *sources: str) -> None:
        self._package = package
        self._sources = sources

    def kernel(self, function: Callable[..., Any]) -> Any:
        """Compile a function that Python calls, for the types of its first call; it releases the interpreter."""
        return self._dispatcher(function, cache=True, nogil=True)

    def part(self, function: Callable[..., Any]) -> Any:
        """Compile a function that other kernels call."""
        return self._dispatcher(function)

    def inlined(self, function: Callable[..., Any]) -> Any:
        """Compile a function that becomes part of the kernels that call it."""
        return self._dispatcher(function, forceinline=True)

    def compiled(self, function: Callable[..., Any], signature: Any) -> Callable[..., Any]:
        """Compile or load a function for one signature now, and refuse every other type from then on."""
        dispatcher = self.kernel(function)
        dispatcher.compile(signature)
        dispatcher.disable_compile()
        found: Callable[..., Any] = dispatcher
        return found

    @cached_property
    def folder(self) -> Path:
        """Where the machine code lies. Folders that no process has used for a month go when a new one is made."""
        digest = hashlib.sha256()
        for version in (numba.__version__, llvmlite.__version__, np.__version__, platform.machine()):
            digest.update(version.encode())
        for path in sorted({path for pattern in self._sources for path in REPOSITORY_ROOT.glob(pattern)}):
            digest.update(path.read_bytes())
        folder = user_cache() / "kernels" / f"{self._package}-{digest.hexdigest()[:16]}"
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _forget(folder.parent)
        os.utime(folder)
        return folder

    def _dispatcher(self, function: Callable[..., Any], **options: bool) -> Any:
        before = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(self.folder)
        try:
            return numba.njit(_nrt=False, error_model="numpy", **options)(function)
        finally:
            numba.config.CACHE_DIR = before


def _forget(folder: Path) -> None:
    """Remove what has not been used for `KEEP_S`. Another process may be removing it too."""
    for old in folder.iterdir():
        try:
            unused_s = time.time() - old.stat().st_mtime
        except FileNotFoundError:
            continue
        if unused_s > KEEP_S:
            shutil.rmtree(old, ignore_errors=True)
