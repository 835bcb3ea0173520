"""Whole-number moments and the last expression of each aggregation: the one place where amounts become floats.

Sums of squares are unsigned 128-bit numbers in two 64-bit words (high, low): nine squares of R$ 10 million fill 63 bits.
Compiled by numba and used as they are by every engine, so that equal moments give equal bits.
"""

from typing import Any

import numpy as np

from feature_store.kernels import Word, part

_U = np.uint64
_LOW32 = _U(0xFFFF_FFFF)
_2_TO_64 = 18446744073709551616.0
_MAD_TO_SIGMA = 1.4826
_EARTH_DIAMETER_KM = 2 * 6371.0088  # the mean radius of IUGG


@part
def multiply(a: Word, b: Word) -> Any:
    """The 128-bit product of two unsigned 64-bit numbers, as (high, low)."""
    a_low, a_high = a & _LOW32, a >> _U(32)
    b_low, b_high = b & _LOW32, b >> _U(32)
    low = a_low * b_low
    middle = a_high * b_low + (low >> _U(32))
    other = a_low * b_high + (middle & _LOW32)
    return a_high * b_high + (middle >> _U(32)) + (other >> _U(32)), (other << _U(32)) | (low & _LOW32)


@part
def add(high: Word, low: Word, more_high: Word, more_low: Word) -> Any:
    """The sum of two 128-bit numbers."""
    total = low + more_low
    return high + more_high + (_U(1) if total < low else _U(0)), total


@part
def subtract(high: Word, low: Word, less_high: Word, less_low: Word) -> Any:
    """The difference of two 128-bit numbers, the first not smaller."""
    return high - less_high - (_U(1) if low < less_low else _U(0)), low - less_low


@part
def squared_spread(count: Word, total: Word, high: Word, low: Word) -> Any:
    """`count * sum of squares - sum^2`, exact in 128 bits, then rounded: float(high) * 2^64 + float(low)."""
    product_high, product_low = multiply(low, _U(count))
    product_high += high * _U(count)
    square_high, square_low = multiply(_U(total), _U(total))
    spread_high, spread_low = subtract(product_high, product_low, square_high, square_low)
    return np.float64(spread_high) * _2_TO_64 + np.float64(spread_low)


@part
def mean(count: Word, total: Word) -> Any:
    """Mean amount; NaN over nothing."""
    return np.float64(total) / np.float64(count) if count > 0 else np.nan


@part
def standard_deviation(count: Word, total: Word, high: Word, low: Word) -> Any:
    """Population standard deviation; NaN over nothing."""
    return np.sqrt(squared_spread(count, total, high, low)) / np.float64(count) if count > 0 else np.nan


@part
def ratio_to_mean(amount: Word, count: Word, total: Word) -> Any:
    """`amount * count / sum`; NaN over nothing. The product fits int64 because a key keeps at most 8,192 events."""
    return np.float64(amount * count) / np.float64(total) if count > 0 else np.nan


@part
def z_score(amount: Word, count: Word, total: Word, high: Word, low: Word) -> Any:
    """Standard deviations from the mean; NaN where all amounts are equal or there are none."""
    spread = squared_spread(count, total, high, low)
    return np.float64(amount * count - total) / np.sqrt(spread) if spread > 0.0 else np.nan


@part
def robust_z_score(amount: Word, median_2: Word, mad_4: Word) -> Any:
    """`(amount - median) / (1.4826 * MAD)` from twice the median and four times the MAD; NaN where the MAD is 0.

    1.4826 makes the MAD of normal amounts their standard deviation (Iglewicz and Hoaglin, "How to Detect and Handle Outliers",
    1993).
    """
    return np.float64(4 * amount - 2 * median_2) / (_MAD_TO_SIGMA * np.float64(mad_4)) if mad_4 > 0 else np.nan


@part
def great_circle_km(from_latitude: Word, from_longitude: Word, to_latitude: Word, to_longitude: Word) -> Any:
    """Haversine distance in km between two points in 10^-5 degrees, on a sphere of the Earth's mean radius."""
    to_radians = np.pi / 180e5
    north = np.sin(np.float64(to_latitude - from_latitude) * to_radians / 2.0)
    east = np.sin(np.float64(to_longitude - from_longitude) * to_radians / 2.0)
    scale = np.cos(np.float64(from_latitude) * to_radians) * np.cos(np.float64(to_latitude) * to_radians)
    return _EARTH_DIAMETER_KM * np.arcsin(min(np.sqrt(north * north + scale * east * east), 1.0))


@part
def speed_kmh(distance_km: Word, elapsed_ms: Word) -> Any:
    """Kilometres an hour over the time between two events, taken as a second at least."""
    return distance_km * 3_600_000.0 / np.float64(max(elapsed_ms, 1_000))
