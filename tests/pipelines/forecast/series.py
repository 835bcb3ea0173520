"""Series that tests know the truth of."""

import numpy as np

from pipelines.forecast.panel import Panel

GAP = float("nan")


def seasonal(*, count=12, length=160, season=7, noise=1.0, trend=0.05, seed=3, last_day=None):
    """Levels that wander a little, a season of their own each, noise."""
    chance = np.random.default_rng(seed)
    shape = chance.normal(size=(count, season)) * 5
    steps = np.arange(length)
    level = 100 + trend * steps + chance.normal(scale=noise / 4, size=(count, length)).cumsum(axis=1)
    values = level + shape[:, steps % season] + chance.normal(scale=noise, size=(count, length))
    days = None if last_day is None else np.full(count, np.datetime64(last_day, "D"))
    return Panel(tuple(f"s{at}" for at in range(count)), values, season, days)


def wandering(*, count=12, length=160, season=7, seed=4):
    """Random walks: nothing beats the newest value but by chance."""
    chance = np.random.default_rng(seed)
    return Panel(tuple(f"w{at}" for at in range(count)), chance.normal(size=(count, length)).cumsum(axis=1), season)
