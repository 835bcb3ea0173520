"""Numba primitives over byte buffers: unaligned loads, hashing, comparing, and writing numbers. Buffers end in padding."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from scoring.kernels import inlined

PADDING_BYTES = 16
TENANT_SEED = 17
_U = np.uint64


@intrinsic
def load64(_typing, _array, _index):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, D103
    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.PointerType(ir.IntType(64)))
        word = builder.load(pointer)
        word.align = 1
        return word

    return types.uint64(_array, types.int64), generate


@intrinsic
def load8(_typing, _array, _index):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, D103
    # Plain indexing would test every index for being negative.
    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte = builder.load(builder.gep(array.data, [arguments[1]]))
        return builder.zext(byte, ir.IntType(64))

    return types.int64(_array, types.int64), generate


@intrinsic
def store64(_typing, _array, _index, _word):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, D103
    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.PointerType(ir.IntType(64)))
        stored = builder.store(arguments[2], pointer)
        stored.align = 1
        return context.get_dummy_value()

    return types.void(_array, types.int64, types.uint64), generate


@inlined
def low_bytes(word: np.uint64, count: int) -> Any:
    """Keep the first `count` bytes (0 to 8) of a little-endian word."""
    if count >= 8:
        return word
    return word & ((_U(1) << _U(count * 8)) - _U(1))


@inlined
def mix(word: np.uint64) -> Any:
    """The finaliser of MurmurHash3 (64 bits): every input bit reaches every output bit."""
    word ^= word >> _U(33)
    word *= _U(0xFF51AFD7ED558CCD)
    word ^= word >> _U(33)
    word *= _U(0xC4CEB9FE1A85EC53)
    return word ^ (word >> _U(33))


@inlined
def hash_span(buffer: NDArray[np.uint8], start: int, end: int, seed: np.uint64) -> Any:
    """Hash buffer[start:end] to 64 bits, eight bytes at a time."""
    state = seed ^ (_U(end - start) * _U(0x9E3779B97F4A7C15))
    position = start
    while position + 8 <= end:
        state = (state ^ load64(buffer, position)) * _U(0xFF51AFD7ED558CCD)
        state ^= state >> _U(32)
        position += 8
    if position < end:
        state = (state ^ low_bytes(load64(buffer, position), end - position)) * _U(0xFF51AFD7ED558CCD)
    return mix(state)


@inlined
def same_bytes(left: NDArray[np.uint8], left_start: int, right: NDArray[np.uint8], right_start: int, count: int) -> Any:
    """Whether two spans of `count` bytes are equal."""
    position = 0
    while position + 8 <= count:
        if load64(left, left_start + position) != load64(right, right_start + position):
            return False
        position += 8
    if position < count:
        left_word = low_bytes(load64(left, left_start + position), count - position)
        return left_word == low_bytes(load64(right, right_start + position), count - position)
    return True


@inlined
def put_bytes(out: NDArray[np.uint8], at: int, source: NDArray[np.uint8], start: int, end: int) -> Any:
    """Copy source[start:end] to out[at:] in whole words, up to seven bytes past the end; return the position after it."""
    count = end - start
    for k in range(0, count, 8):
        store64(out, at + k, load64(source, start + k))
    return at + count


@inlined
def put_digits(out: NDArray[np.uint8], at: int, value: int) -> Any:
    """Write a non-negative integer in decimal; return the position after it."""
    width = 1
    rest = value // 10
    while rest > 0:
        width += 1
        rest //= 10
    rest = value
    for k in range(width - 1, -1, -1):
        out[at + k] = 48 + rest % 10
        rest //= 10
    return at + width


@inlined
def put_millionths(out: NDArray[np.uint8], at: int, value: int) -> Any:
    """Write value / 1,000,000 with six decimals (0.012345); return the position after it."""
    at = put_digits(out, at, value // 1_000_000)
    out[at] = 46
    rest = value % 1_000_000
    for k in range(6, 0, -1):
        out[at + k] = 48 + rest % 10
        rest //= 10
    return at + 7
