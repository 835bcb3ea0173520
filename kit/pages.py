"""Memory taken before it is needed and kept while it may be again: a first touch of a huge page can cost milliseconds."""

import ctypes
import mmap
from typing import Any

from numpy.typing import NDArray

_MADV_POPULATE_WRITE = 23  # <linux/mman.h>, since Linux 5.14
# By ctypes, because it lets other threads run meanwhile; mmap.madvise does not.
_libc = ctypes.CDLL(None)
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # <malloc.h>
_KEPT_BYTES = 64 * 2**20


def populate(array: NDArray[Any], *, first: int, ahead_bytes: int) -> bool:
    """Have `ahead_bytes` of a contiguous array from its item `first` on ready for writing; False where the system cannot.

    Contents stay as they are, so that this is safe beside a thread that writes to the array.
    """
    start = array.ctypes.data + first * array.strides[0]
    stop = min(start + ahead_bytes, array.ctypes.data + array.nbytes)
    page = start // mmap.PAGESIZE * mmap.PAGESIZE
    return stop <= page or _libc.madvise(ctypes.c_void_p(page), ctypes.c_size_t(stop - page), _MADV_POPULATE_WRITE) == 0


def keep_freed_memory() -> None:
    """Have the C library keep what is freed for the next batch's arrays, instead of giving it back and taking it anew (glibc).

    For long-running processes that work in batches of much the same size.
    """
    if hasattr(_libc, "mallopt"):
        _libc.mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)
        _libc.mallopt(_M_TRIM_THRESHOLD, 2 * _KEPT_BYTES)
