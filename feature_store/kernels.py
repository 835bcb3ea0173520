"""How the kernels of this package are compiled (`kit.kernels`)."""

from typing import Any

from kit.kernels import Kernels

# A number inside a kernel: numba works out its exact type.
Word = Any

_KERNELS = Kernels("feature_store", "feature_store/**/*.py", "contracts/transactions.py")
compiled = _KERNELS.compiled
# Parts read the same few numbers of the plan again and again, and hand fourteen pointers on: a call between them costs as much
# as the work. Inlined, a vector takes half the time; compiling takes no longer.
part = _KERNELS.inlined
