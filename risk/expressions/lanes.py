"""Eight rows side by side in vector registers, compared into a mask of bits; numba's own language has no such operation.

Arrays are taken by the pointer to their first element; nothing here checks a bound.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 8
_I8, _I32, _I64, _F64 = ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.DoubleType()
_VECTOR = ir.VectorType(_F64, LANES)
_ALL_ZERO = ir.Constant(ir.VectorType(_I32, LANES), [0] * LANES)
_BYTES = 8


def _load(context: Any, builder: ir.IRBuilder, kind: Any, array: Any, at: Any) -> Any:
    first = context.make_array(kind)(context, builder, array).data
    pointer = builder.bitcast(builder.gep(first, [at]), _VECTOR.as_pointer())
    return builder.load(pointer, align=_BYTES)


def _splat(builder: ir.IRBuilder, value: Any) -> Any:
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(_I32, 0))
    return builder.shuffle_vector(first, undefined, _ALL_ZERO)


def _bits(builder: ir.IRBuilder, predicate: str, left: Any, right: Any) -> Any:
    compared = builder.fcmp_ordered(predicate, left, right)
    return builder.zext(builder.bitcast(compared, _I8), _I64)


def _with_constant(predicate: str) -> Any:
    def typed(_typing: Any, values: Any, at: Any, constant: Any) -> Any:
        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
            array, place, threshold = arguments
            lanes = _load(context, builder, signature.args[0], array, place)
            return _bits(builder, predicate, lanes, _splat(builder, threshold))

        return types.uint64(values, types.intp, types.float64), generate

    return intrinsic(typed)


def _with_values(predicate: str) -> Any:
    def typed(_typing: Any, values: Any, at: Any, other_at: Any) -> Any:
        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
            array, place, other = arguments
            left, right = (_load(context, builder, signature.args[0], array, p) for p in (place, other))
            return _bits(builder, predicate, left, right)

        return types.uint64(values, types.intp, types.intp), generate

    return intrinsic(typed)


# `values[at : at + LANES]` against one constant: bit i is set where the comparison holds; never where a lane is NaN.
below = _with_constant("<")
at_least = _with_constant(">=")
at_most = _with_constant("<=")
above = _with_constant(">")
equal = _with_constant("==")
unequal = _with_constant("!=")
# `values[at : at + LANES]` against `values[other_at : other_at + LANES]`.
below_other = _with_values("<")
at_least_other = _with_values(">=")
at_most_other = _with_values("<=")
above_other = _with_values(">")
equal_other = _with_values("==")
unequal_other = _with_values("!=")
known = _with_values("ord")
