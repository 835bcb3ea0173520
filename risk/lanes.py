"""Sixteen rows side by side in vector registers, which numba's own language does not have.

LLVM makes of these operations what the machine can do: one AVX-512 instruction each, several narrower ones, or single loads.
Arrays are taken by the pointer to their first element; nothing here checks a bound.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 16

_I1, _I16, _I32, _I64, _F32 = ir.IntType(1), ir.IntType(16), ir.IntType(32), ir.IntType(64), ir.FloatType()


def _vector(kind: ir.Type) -> ir.VectorType:
    return ir.VectorType(kind, LANES)


_ALL_ZERO = ir.Constant(_vector(_I32), [0] * LANES)
_FLOAT_BYTES, _WORD_BYTES = 4, 8


def _splat(builder: ir.IRBuilder, value: Any) -> Any:
    kind = _vector(value.type)
    undefined = ir.Constant(kind, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(_I32, 0))
    return builder.shuffle_vector(first, undefined, _ALL_ZERO)


def _first_elements(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> list[Any]:
    return [
        context.make_array(kind)(context, builder, argument).data
        for kind, argument in zip(signature.args, arguments, strict=True)
        if isinstance(kind, types.Array)
    ]


def _at(builder: ir.IRBuilder, first: Any, index: Any, kind: ir.Type) -> Any:
    return builder.bitcast(builder.gep(first, [index]), kind.as_pointer())


def _gather(builder: ir.IRBuilder, first: Any, indices: Any, kind: ir.Type, align: int) -> Any:
    """Load `first[index]` for each lane's index."""
    bytes_each = ir.Constant(_vector(_I64), [align] * LANES)
    base = _splat(builder, builder.ptrtoint(first, _I64))
    pointers = builder.inttoptr(builder.add(base, builder.mul(indices, bytes_each)), _vector(kind.as_pointer()))
    vector = _vector(kind)
    name = f"llvm.masked.gather.v{LANES}{'f32' if kind is _F32 else 'i64'}.v{LANES}p0"
    of = ir.FunctionType(vector, [pointers.type, _I32, _vector(_I1), vector])
    gather = cgutils.get_or_insert_function(builder.module, of, name)
    every = ir.Constant(_vector(_I1), [1] * LANES)
    return builder.call(gather, [pointers, ir.Constant(_I32, align), every, ir.Constant(vector, ir.Undefined)])


@intrinsic
def surviving_leaves(
    _typing: Any, thresholds: Any, columns: Any, masks: Any, start: Any, stop: Any, values: Any, out: Any
) -> Any:
    """Write to `out` (LANES,) uint32 which leaves of one tree are left after its splits in [start, stop).

    A lane whose value at the split's column is above its threshold loses the leaves that are not in the split's mask.
    `values` is float32 (columns, LANES), flat; `columns` are offsets in it.
    """
    signature = types.void(thresholds, columns, masks, types.intp, types.intp, values, out)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        threshold, column, mask, value, written = _first_elements(context, builder, signature, arguments)
        leaves = _vector(_I32)
        left = cgutils.alloca_once(builder, leaves)
        builder.store(ir.Constant(leaves, [-1] * LANES), left)
        one = ir.Constant(_I64, 1)
        with cgutils.for_range_slice(builder, arguments[3], arguments[4], one, intp=_I64) as (split, _):
            row = _at(builder, value, builder.load(builder.gep(column, [split])), _vector(_F32))
            lanes = builder.load(row, align=_FLOAT_BYTES)
            above = builder.fcmp_ordered(">", lanes, _splat(builder, builder.load(builder.gep(threshold, [split]))))
            before = builder.load(left)
            fewer = builder.and_(before, _splat(builder, builder.load(builder.gep(mask, [split]))))
            builder.store(builder.select(above, fewer, before), left)
        builder.store(builder.load(left), _at(builder, written, ir.Constant(_I64, 0), leaves), align=_FLOAT_BYTES)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def walk(_typing: Any, nodes: Any, root: Any, depth: Any, values: Any, out: Any) -> Any:
    """Take every lane `depth` steps down the tree at `root`, and write to `out` (LANES,) int64 the nodes it ends at.

    `nodes` are uint64 words: threshold float32, feature and left child uint16 each (`risk.forest.NODE`); `values` is float32
    (columns, LANES), flat.
    """
    signature = types.void(nodes, types.intp, types.intp, values, out)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        node, value, written = _first_elements(context, builder, signature, arguments)
        words = _vector(_I64)
        root = _splat(builder, arguments[1])
        lane = ir.Constant(words, list(range(LANES)))
        here = cgutils.alloca_once(builder, words)
        builder.store(root, here)
        with cgutils.for_range(builder, arguments[2], intp=_I64):
            word = _gather(builder, node, builder.load(here), _I64, _WORD_BYTES)
            threshold = builder.bitcast(builder.trunc(word, _vector(_I32)), _vector(_F32))
            sixteen_bits = ir.Constant(words, [0xFFFF] * LANES)
            feature = builder.and_(builder.lshr(word, ir.Constant(words, [32] * LANES)), sixteen_bits)
            left = builder.lshr(word, ir.Constant(words, [48] * LANES))
            place = builder.add(builder.mul(feature, ir.Constant(words, [LANES] * LANES)), lane)
            right = builder.fcmp_ordered(">", _gather(builder, value, place, _F32, _FLOAT_BYTES), threshold)
            builder.store(builder.add(builder.add(root, left), builder.zext(right, words)), here)
        builder.store(builder.load(here), _at(builder, written, ir.Constant(_I64, 0), words), align=_WORD_BYTES)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def lowest_bit(_typing: Any, word: Any) -> Any:
    """The number of the lowest bit that is set; there must be one."""
    signature = types.intp(word)

    def generate(_context: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> Any:
        return builder.zext(builder.cttz(arguments[0], ir.Constant(_I1, 1)), _I64)

    return signature, generate
