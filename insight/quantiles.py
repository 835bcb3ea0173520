"""Quantiles of two distributions that no table is needed for. Pure, and floats: estimates, which no amount is booked by."""

import math

# The normal's quantile that 90% lie below: an 80% interval reaches from minus to plus this many standard deviations.
NORMAL_90 = 1.2815515655446004
# That which 95% lie below.
NORMAL_95 = 1.6448536269514722
# What a scaled median absolute deviation is multiplied by to estimate a normal's standard deviation (Huber, Ronchetti, 2009,
# 5.1).
MAD_TO_STD = 1.4826022185056018
_SQRT2 = math.sqrt(2.0)


def normal_below(z: float) -> float:
    """Return the share of a standard normal that lies below `z`."""
    return 0.5 * math.erfc(-z / _SQRT2)


def student(z: float, degrees: float) -> float:
    """Return Student's t quantile at the probability that the normal has `z` at.

    By the Cornish-Fisher expansion (Abramowitz and Stegun, 26.7.5): within 2% from three degrees of freedom on, at 90%.
    """
    first = (z**3 + z) / 4.0
    second = (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0
    third = (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / 384.0
    return z + first / degrees + second / degrees**2 + third / degrees**3


def gamma_quantile(mean: float, std: float, z: float) -> float:
    """Return the quantile of a gamma of this mean and standard deviation that a normal has at `z`; never below zero.

    Wilson and Hilferty's cube (Proceedings of the National Academy of Sciences 17, 1931).
    """
    if mean <= 0.0 or std <= 0.0:
        return max(mean, 0.0)
    ninth = std * std / (9.0 * mean * mean)
    return mean * float(max(1.0 - ninth + z * math.sqrt(ninth), 0.0) ** 3)


def gamma_z(mean: float, std: float, value: float) -> float:
    """Return the `z` whose quantile is `value`: the inverse of `gamma_quantile`."""
    if mean <= 0.0 or std <= 0.0:
        return math.inf if value >= mean else -math.inf
    ninth = std * std / (9.0 * mean * mean)
    return (math.cbrt(max(value, 0.0) / mean) - 1.0 + ninth) / math.sqrt(ninth)
