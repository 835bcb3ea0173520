"""The last expressions over whole columns: the same compiled arithmetic that the fold uses."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from feature_store import kernels
from feature_store.arithmetic import add, mean, multiply, ratio_to_mean, standard_deviation, z_score
from feature_store.vocabulary import Aggregation

HALF_BITS = 25
_U = np.uint64
_MEAN, _STD, _RATIO = int(Aggregation.MEAN), int(Aggregation.STD), int(Aggregation.RATIO_TO_MEAN)


def _finish(
    aggregation: int,
    amount: NDArray[np.int64],
    count: NDArray[np.int64],
    total: NDArray[np.int64],
    squares: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    """`squares` int64[3, n] are sums of high^2, high * low and low^2 of amounts cut at HALF_BITS."""
    for row in range(out.shape[0]):
        high, low = multiply(_U(squares[0, row]), _U(1) << _U(50))
        middle_high, middle_low = multiply(_U(squares[1, row]), _U(1) << _U(26))
        high, low = add(high, low, middle_high, middle_low)
        high, low = add(high, low, _U(0), _U(squares[2, row]))
        if aggregation == _MEAN:
            out[row] = mean(count[row], total[row])
        elif aggregation == _STD:
            out[row] = standard_deviation(count[row], total[row], high, low)
        elif aggregation == _RATIO:
            out[row] = ratio_to_mean(amount[row], count[row], total[row])
        else:
            out[row] = z_score(amount[row], count[row], total[row], high, low)


@cache
def _kernel() -> Callable[..., Any]:
    column = types.Array(types.int64, 1, "C", readonly=True)
    table = types.Array(types.int64, 2, "C", readonly=True)
    signature = types.void(types.int64, column, column, column, table, types.Array(types.float64, 1, "C"))
    return kernels.compiled(_finish, signature)


def finish(
    aggregation: Aggregation,
    *,
    amount: NDArray[np.int64],
    count: NDArray[np.int64],
    total: NDArray[np.int64],
    squares: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Mean, standard deviation, ratio to the mean or z-score of each row's window."""
    out = np.empty(len(amount), np.float64)
    _kernel()(int(aggregation), amount, count, total, squares, out)
    return out
