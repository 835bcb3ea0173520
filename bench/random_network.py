"""A network of production size with made-up weights: for benches and tests that need one and no particular opinion."""

import numpy as np
from numpy.typing import NDArray

from risk.network import Network


def random_network(*, features: int, inputs: int = 64, hidden: tuple[int, int] = (32, 32), seed: int = 4) -> Network:
    """Return weights of the usual size over some of the features."""
    generator = np.random.default_rng(seed)

    def normal(*shape: int) -> NDArray[np.float32]:
        return generator.normal(size=shape).astype(np.float32)

    return Network(
        inputs=np.sort(generator.permutation(features)[:inputs]).astype(np.int64),
        low=-1 - np.abs(normal(inputs)),
        high=1 + np.abs(normal(inputs)),
        centre=normal(inputs) * np.float32(0.25),
        scale=np.float32(0.1) + np.abs(normal(inputs)),
        known=normal(inputs, hidden[0]),
        unknown=normal(inputs, hidden[0]),
        first_bias=normal(hidden[0]),
        second=normal(*hidden),
        second_bias=normal(hidden[1]),
        last=normal(hidden[1]),
        last_bias=normal(1),
    )
