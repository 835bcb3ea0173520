"""How the kernels of this package are compiled (`kit.kernels`)."""

from kit.kernels import Kernels

_KERNELS = Kernels("scoring", "scoring/*.py", "contracts/*.py", "risk/policy.py", "kit/money.py")
kernel = _KERNELS.kernel
inlined = _KERNELS.inlined
