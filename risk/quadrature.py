"""Four points of an integral at once, in a vector register, which numba's own language does not have (see `risk.lanes`).

Arrays are float64 and taken by the pointer to their first element; offsets count elements, and nothing here checks a bound.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

POINTS = 4

_I32, _F64 = ir.IntType(32), ir.DoubleType()
_VECTOR = ir.VectorType(_F64, POINTS)
_BYTES = 8


class _Writer:
    """What is done to four numbers at a time."""

    def __init__(self, context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> None:
        self._builder = builder
        self._arguments = [
            context.make_array(kind)(context, builder, argument).data if isinstance(kind, types.Array) else argument
            for kind, argument in zip(signature.args, arguments, strict=True)
        ]

    def place(self, array: int, offset: int) -> Any:
        """Where the four elements of an array argument begin, from the offset that another argument is."""
        first = self._builder.gep(self._arguments[array], [self._arguments[offset]])
        return self._builder.bitcast(first, _VECTOR.as_pointer())

    def load(self, array: int, offset: int) -> Any:
        return self._builder.load(self.place(array, offset), align=_BYTES)

    def store(self, value: Any, array: int, offset: int) -> None:
        self._builder.store(value, self.place(array, offset), align=_BYTES)

    def number(self, argument: int) -> Any:
        """An argument four times."""
        undefined = ir.Constant(_VECTOR, ir.Undefined)
        first = self._builder.insert_element(undefined, self._arguments[argument], ir.Constant(_I32, 0))
        return self._builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(_I32, POINTS), [0] * POINTS))

    def line(self, constant: int, slope: int, t: Any) -> Any:
        """Constant + t * slope."""
        return self._builder.fadd(self.number(constant), self._builder.fmul(t, self.number(slope)))


def _signature(*kinds: Any) -> Any:
    """Offsets are whole numbers of the machine's size."""
    return types.void(*(types.intp if isinstance(kind, types.Integer) else kind for kind in kinds))


@intrinsic
def descend(
    _typing: Any, points: Any, point: Any, above: Any, parent: Any, node: Any, below: Any, value: Any, share: Any, gain: Any
) -> Any:
    """above[node] = above[parent] * (share + points * gain), below[node] = value."""
    signature = _signature(points, point, above, parent, node, below, value, share, gain)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        four = _Writer(context, builder, signature, arguments)
        factor = four.line(7, 8, four.load(0, 1))
        four.store(builder.fmul(four.load(2, 3), factor), 2, 4)
        four.store(four.number(6), 5, 4)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def descend_again(
    _typing: Any, points: Any, point: Any, above: Any, parent: Any, node: Any, below: Any, value: Any, share: Any, gain: Any,
    replaced: Any, lost: Any,
) -> Any:  # fmt: skip
    """As `descend`, where the factor takes the place of another, replaced + points * lost."""
    signature = _signature(points, point, above, parent, node, below, value, share, gain, replaced, lost)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        four = _Writer(context, builder, signature, arguments)
        t = four.load(0, 1)
        factor = builder.fdiv(four.line(7, 8, t), four.line(9, 10, t))
        four.store(builder.fmul(four.load(2, 3), factor), 2, 4)
        four.store(four.number(6), 5, 4)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def ascend(
    _typing: Any, points: Any, point: Any, above: Any, parent: Any, below: Any, node: Any, moved: Any, place: Any, share: Any,
    gain: Any,
) -> Any:  # fmt: skip
    """below[parent] += (share + points * gain) * below[node], moved[place] += gain * above[parent] * below[node]."""
    signature = _signature(points, point, above, parent, below, node, moved, place, share, gain)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        four = _Writer(context, builder, signature, arguments)
        here, others = four.load(4, 5), four.load(2, 3)
        factor = four.line(8, 9, four.load(0, 1))
        four.store(builder.fadd(four.load(4, 3), builder.fmul(factor, here)), 4, 3)
        part = builder.fmul(builder.fmul(four.number(9), others), here)
        four.store(builder.fadd(four.load(6, 7), part), 6, 7)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def ascend_again(
    _typing: Any, points: Any, point: Any, above: Any, parent: Any, below: Any, node: Any, moved: Any, place: Any, share: Any,
    gain: Any, replaced: Any, lost: Any,
) -> Any:  # fmt: skip
    """As `ascend`, after `descend_again`: what the replaced factor was given for the leaves below is taken back."""
    signature = _signature(points, point, above, parent, below, node, moved, place, share, gain, replaced, lost)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        four = _Writer(context, builder, signature, arguments)
        t, here = four.load(0, 1), four.load(4, 5)
        old = four.line(10, 11, t)
        factor = builder.fdiv(four.line(8, 9, t), old)
        others = builder.fdiv(four.load(2, 3), old)
        four.store(builder.fadd(four.load(4, 3), builder.fmul(factor, here)), 4, 3)
        gained = builder.fsub(four.number(9), builder.fmul(four.number(11), factor))
        part = builder.fmul(builder.fmul(gained, others), here)
        four.store(builder.fadd(four.load(6, 7), part), 6, 7)
        return context.get_dummy_value()

    return signature, generate
