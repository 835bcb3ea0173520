"""How the kernels of this package are compiled (`kit.kernels`)."""

from typing import Any

from kit.kernels import Kernels

# A number inside a kernel: numba works out its exact type.
Word = Any

_KERNELS = Kernels("risk", "risk/*.py")
kernel = _KERNELS.kernel
part = _KERNELS.part
