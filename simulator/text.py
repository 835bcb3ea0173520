"""Ids as text in bulk: numbers to `c000042`, SHA-1 to UUIDv5, straight into the buffers of Arrow string arrays."""

import uuid
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from simulator.codes import PAYEE_NUMBER_MASK, PAYEE_SHIFT, PayeeKind
from simulator.ids import ACCOUNT_NAMESPACE, CUSTOMER_DIGITS, OUTSIDE_DIGITS, TERMINAL_DIGITS

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]

_ACCOUNT, _TERMINAL = int(PayeeKind.ACCOUNT), int(PayeeKind.TERMINAL)
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_UUID_CHARACTERS = 36
_SHA1_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_MAX_NAME_BYTES = 183  # three SHA-1 blocks, with the padding


def strings(data: Bytes, offsets: Offsets, valid: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Wrap bytes and offsets as an Arrow string array; False in `valid` is null."""
    mask = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data), mask)


def numbered(prefix: str, digits: int, numbers: npt.NDArray[Any]) -> pa.Array:
    """Return `prefix` and the zero-padded number of each row; negative numbers are null."""
    wide = numbers.astype(np.int64)
    head = np.frombuffer(prefix.encode(), dtype=np.uint8)
    data, offsets = _numbered(head, digits, wide)
    return strings(data, offsets, wide >= 0)


def payees(codes: npt.NDArray[np.int64], account_texts: Bytes) -> pa.Array:
    """Return each payee's id: an account's UUID, a terminal, or somebody at another bank; negative codes are null."""
    data, offsets = _payees(codes, account_texts)
    return strings(data, offsets, codes >= 0)


def accounts(numbers: npt.NDArray[Any], account_texts: Bytes) -> pa.Array:
    """Return each account's UUID; negative numbers are null."""
    valid = numbers >= 0
    data = account_texts[np.where(valid, numbers, 0)]
    data[~valid] = 0
    return strings(data.reshape(-1), np.arange(0, 36 * len(numbers) + 1, 36, dtype=np.int32), valid)


def uuid5_texts(namespace: uuid.UUID, head: str, names: pa.Array) -> pa.Array:
    """Return the UUIDv5 (RFC 9562, section 5.5) of `head` + name under `namespace` for an array of equal-length ASCII names."""
    rows = len(names)
    offsets = np.frombuffer(names.buffers()[1], dtype=np.int32, count=rows + 1)
    data = np.frombuffer(names.buffers()[2], dtype=np.uint8)
    start = np.frombuffer(namespace.bytes + head.encode(), dtype=np.uint8)
    width = int(offsets[1] - offsets[0]) if rows else 0
    if len(start) + width > _MAX_NAME_BYTES:
        raise ValueError(f"a name of {len(start) + width} bytes is longer than {_MAX_NAME_BYTES}")
    if rows and not np.array_equal(np.diff(offsets), np.full(rows, width)):
        raise ValueError("the names differ in length")
    text = np.empty(rows * _UUID_CHARACTERS, dtype=np.uint8)
    _uuid5(start, data[offsets[0] :], width, text)
    return strings(text, np.arange(0, rows * _UUID_CHARACTERS + 1, _UUID_CHARACTERS, dtype=np.int32))


def account_texts(tenant_id: str, owners: npt.NDArray[Any], indices: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return uint8[n, 36]: the text of each account's id."""
    found = np.empty((len(owners), 36), dtype=np.uint8)
    customers = numbered("c", CUSTOMER_DIGITS, owners).to_numpy(zero_copy_only=False)
    for index in np.unique(indices).tolist():
        rows = np.flatnonzero(indices == index)
        # The name that `kit.ids.derived_id` makes of (tenant, customer, index).
        head = f"{len(tenant_id)}:{tenant_id}{CUSTOMER_DIGITS + 1}:"
        tail = f"{len(str(index))}:{index}"
        names = pa.array([f"{customer}{tail}" for customer in customers[rows]])
        texts = uuid5_texts(ACCOUNT_NAMESPACE, head, names)
        found[rows] = np.frombuffer(texts.buffers()[2], dtype=np.uint8).reshape(-1, 36)
    return found


@numba.njit(cache=True)
def _write_number(out: Bytes, at: int, digits: int, number: int) -> None:
    for place in range(digits - 1, -1, -1):
        out[at + place] = 48 + number % 10
        number //= 10


@numba.njit(cache=True)
def _numbered(head: Bytes, digits: int, numbers: npt.NDArray[np.int64]) -> tuple[Bytes, Offsets]:
    rows, width = len(numbers), len(head) + digits
    data = np.empty(rows * width, dtype=np.uint8)
    offsets = np.empty(rows + 1, dtype=np.int32)
    end = 0
    offsets[0] = 0
    for row in range(rows):
        if numbers[row] >= 0:
            data[end : end + len(head)] = head
            _write_number(data, end + len(head), digits, numbers[row])
            end += width
        offsets[row + 1] = end
    return data[:end], offsets


@numba.njit(cache=True)
def _payees(codes: npt.NDArray[np.int64], account_texts: Bytes) -> tuple[Bytes, Offsets]:
    rows = len(codes)
    data = np.empty(rows * 36, dtype=np.uint8)
    offsets = np.empty(rows + 1, dtype=np.int32)
    end = 0
    offsets[0] = 0
    for row in range(rows):
        code = codes[row]
        if code >= 0:
            kind, number = code >> PAYEE_SHIFT, code & PAYEE_NUMBER_MASK
            if kind == _ACCOUNT:
                data[end : end + 36] = account_texts[number]
                end += 36
            elif kind == _TERMINAL:
                data[end] = 116
                _write_number(data, end + 1, TERMINAL_DIGITS, number)
                end += 1 + TERMINAL_DIGITS
            else:
                data[end] = 112
                _write_number(data, end + 1, OUTSIDE_DIGITS, number)
                end += 1 + OUTSIDE_DIGITS
        offsets[row + 1] = end
    return data[:end], offsets


@numba.njit(inline="always")
def _rotate(value: Any, by: int) -> Any:
    return (value << np.uint32(by)) | (value >> np.uint32(32 - by))


@numba.njit(cache=True)
def _sha1_block(block: Bytes, at: int, words: npt.NDArray[np.uint32], state: npt.NDArray[np.uint32]) -> None:
    """FIPS 180-4, section 6.1.2: 32-bit words, additions modulo 2^32."""
    for i in range(16):
        j = at + 4 * i
        words[i] = (
            (np.uint32(block[j]) << np.uint32(24))
            | (np.uint32(block[j + 1]) << np.uint32(16))
            | (np.uint32(block[j + 2]) << np.uint32(8))
            | np.uint32(block[j + 3])
        )
    for i in range(16, 80):
        words[i] = _rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1)
    a, b, c, d, e = state[0], state[1], state[2], state[3], state[4]
    for i in range(20):
        mixed = np.uint32(_rotate(a, 5) + (d ^ (b & (c ^ d))) + e + np.uint32(0x5A827999) + words[i])
        a, b, c, d, e = mixed, a, _rotate(b, 30), c, d
    for i in range(20, 40):
        mixed = np.uint32(_rotate(a, 5) + (b ^ c ^ d) + e + np.uint32(0x6ED9EBA1) + words[i])
        a, b, c, d, e = mixed, a, _rotate(b, 30), c, d
    for i in range(40, 60):
        mixed = np.uint32(_rotate(a, 5) + ((b & c) | (d & (b | c))) + e + np.uint32(0x8F1BBCDC) + words[i])
        a, b, c, d, e = mixed, a, _rotate(b, 30), c, d
    for i in range(60, 80):
        mixed = np.uint32(_rotate(a, 5) + (b ^ c ^ d) + e + np.uint32(0xCA62C1D6) + words[i])
        a, b, c, d, e = mixed, a, _rotate(b, 30), c, d
    state[0] = np.uint32(state[0] + a)
    state[1] = np.uint32(state[1] + b)
    state[2] = np.uint32(state[2] + c)
    state[3] = np.uint32(state[3] + d)
    state[4] = np.uint32(state[4] + e)


@numba.njit(cache=True)
def _uuid5(start: Bytes, names: Bytes, width: int, text: Bytes) -> None:
    length = len(start) + width
    blocks = (length + 9 + 63) // 64
    message = np.zeros(blocks * 64, dtype=np.uint8)
    message[: len(start)] = start
    message[length] = 0x80
    bits = length * 8
    message[blocks * 64 - 2] = bits >> 8
    message[blocks * 64 - 1] = bits & 0xFF
    words = np.empty(80, dtype=np.uint32)
    state = np.empty(5, dtype=np.uint32)
    raw = np.empty(16, dtype=np.int64)
    for row in range(len(text) // 36):
        message[len(start) : length] = names[row * width : (row + 1) * width]
        for i in range(5):
            state[i] = _SHA1_START[i]
        for block in range(blocks):
            _sha1_block(message, block * 64, words, state)
        for i in range(16):
            raw[i] = (np.int64(state[i // 4]) >> (24 - 8 * (i % 4))) & 0xFF
        raw[6] = (raw[6] & 0x0F) | 0x50
        raw[8] = (raw[8] & 0x3F) | 0x80
        at = row * 36
        for i in range(16):
            if i == 4 or i == 6 or i == 8 or i == 10:
                text[at] = 45
                at += 1
            text[at] = _HEX[raw[i] >> 4]
            text[at + 1] = _HEX[raw[i] & 15]
            at += 2
