"""How the kernels of this package are compiled (`kit.kernels`)."""

from typing import Any

from kit.kernels import Kernels

# A number or an array inside a kernel: numba works out its exact type.
Word = Any

_KERNELS = Kernels("risk-aml", "risk/aml/*.py")
kernel = _KERNELS.kernel
part = _KERNELS.part
