"""A network of made-up weights, for tests that need one and no particular opinion."""

import numpy as np

from risk.network import Network


def random_network(*, features: int, inputs: int = 9, hidden: tuple[int, int] = (8, 5), seed: int = 4) -> Network:
    """Weights of the usual size over some of the features."""
    generator = np.random.default_rng(seed)

    def normal(*shape: int) -> np.ndarray:
        return generator.normal(size=shape).astype(np.float32)

    return Network(
        inputs=np.sort(generator.permutation(features)[:inputs]).astype(np.int64),
        low=-1 - np.abs(normal(inputs)),
        high=1 + np.abs(normal(inputs)),
        centre=normal(inputs) / 4,
        scale=np.float32(0.1) + np.abs(normal(inputs)),
        known=normal(inputs, hidden[0]),
        unknown=normal(inputs, hidden[0]),
        first_bias=normal(hidden[0]),
        second=normal(*hidden),
        second_bias=normal(hidden[1]),
        last=normal(hidden[1]),
        last_bias=normal(1),
    )
