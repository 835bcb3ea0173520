"""What processors do in one instruction and numba has no name for."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def count_bits(typing: Any, value: Any) -> Any:
    """Return how many bits of an int64 are set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        counted = builder.ctpop(arguments[0])
        return counted if counted.type == ir.IntType(64) else builder.zext(counted, ir.IntType(64))

    return types.int64(types.int64), generate
