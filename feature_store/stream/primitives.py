"""Numba primitives: prefetching, unaligned loads, hashing and comparing id bytes."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from feature_store.kernels import Word, part

_U = np.uint64


@intrinsic
def pointer_to(_typing: Any, array: Any) -> Any:
    """The bare pointer to a contiguous array's first item: handing it on costs one register, an array costs ten."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), generate


@intrinsic
def prefetch(_typing: Any, pointer: Any, _index: Any) -> Any:
    """Ask for the cache line of `pointer[index]` without waiting for it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001 (numba fixes them)
        byte_pointer, word = ir.PointerType(ir.IntType(8)), ir.IntType(32)
        place = builder.bitcast(builder.gep(arguments[0], [arguments[1]]), byte_pointer)
        kind = ir.FunctionType(ir.VoidType(), [byte_pointer, word, word, word])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [place, ir.Constant(word, 0), ir.Constant(word, 3), ir.Constant(word, 1)])
        return context.get_dummy_value()

    return types.void(pointer, types.int64), generate


@intrinsic
def load64(_typing: Any, pointer: Any, _index: Any) -> Any:
    """Eight bytes behind a uint8 pointer as a little-endian word, at any alignment."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001 (numba fixes them)
        word = builder.load(builder.bitcast(builder.gep(arguments[0], [arguments[1]]), ir.PointerType(ir.IntType(64))))
        word.align = 1
        return word

    return types.uint64(pointer, types.int64), generate


@part
def low_bytes(word: Word, count: Word) -> Any:
    """Keep the first `count` bytes (1 to 8) of a little-endian word."""
    return word if count >= 8 else word & ((_U(1) << _U(count * 8)) - _U(1))


@part
def mix(word: Word) -> Any:
    """The finaliser of MurmurHash3 (64 bits): every input bit reaches every output bit."""
    word ^= word >> _U(33)
    word *= _U(0xFF51AFD7ED558CCD)
    word ^= word >> _U(33)
    word *= _U(0xC4CEB9FE1A85EC53)
    return word ^ (word >> _U(33))


@part
def hash_bytes(buffer: NDArray[np.uint8], start: Word, length: Word, seed: Word) -> Any:
    """Hash buffer[start:start+length], eight bytes at a time; reads up to seven bytes past the end."""
    state = seed ^ (_U(length) * _U(0x9E3779B97F4A7C15))
    at = np.int64(0)
    while at < length:
        state = (state ^ low_bytes(load64(buffer, start + at), length - at)) * _U(0xFF51AFD7ED558CCD)
        state ^= state >> _U(32)
        at += 8
    return mix(state)


@part
def same_id(arena: NDArray[np.uint64], at: Word, buffer: NDArray[np.uint8], start: Word, length: Word) -> Any:
    """Whether the id kept at arena[at:] (zero-padded words) has exactly these bytes."""
    done = np.int64(0)
    while done < length:
        if arena[at] != low_bytes(load64(buffer, start + done), length - done):
            return False
        at += 1
        done += 8
    return True
