"""The numba fold: every event updates its keys' windows and gets its vector, exactly, in about a microsecond."""
