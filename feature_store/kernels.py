"""How the kernels of this package are compiled (`kit.kernels`)."""

from typing import Any

from kit.kernels import Kernels

# A number inside a kernel: numba works out its exact type.
Word = Any

_KERNELS = Kernels("feature_store", "feature_store/**/*.py", "contracts/transactions.py")
compiled = _KERNELS.compiled
part = _KERNELS.part
inlined = _KERNELS.inlined
