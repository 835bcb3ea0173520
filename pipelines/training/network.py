"""The network: a small perceptron over the features that tell most, learned with torch and stopped on later days.

torch is an extra (`deep`): where it is not installed there is no network, and the model is trees and isolation forest alone.
"""

import copy
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from risk.network import Network

EXTRA = "deep"
MODULES = ("torch", "onnx", "onnxruntime")
INPUTS = 64
HIDDEN = (32, 32)
DROPOUT = 0.1
EPOCHS, PATIENCE = 30, 4
MOST_BATCH_ROWS, FEWEST_BATCH_ROWS, STEPS = 2_048, 64, 100  # an epoch of few rows has smaller batches, not fewer steps
LEARNING_RATE, DECAY = 2e-3, 1e-5
# Past these percentiles a value is taken for the percentile; between the middle two lies half of what is usual.
_PERCENTILES = (0.5, 25.0, 50.0, 75.0, 99.5)


def missing() -> list[str]:
    """Return what the extra would bring and is not installed."""
    return [name for name in MODULES if find_spec(name) is None]


@dataclass(frozen=True, slots=True)
class Layout:
    """How values become inputs (`risk.network`). Shapes (I,); `inputs` int64, the others float32."""

    inputs: NDArray[np.int64]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    centre: NDArray[np.float32]
    scale: NDArray[np.float32]

    @classmethod
    def of(cls, rows: NDArray[np.float32], columns: NDArray[np.int64]) -> "Layout":
        """Take the percentiles of what is known in `rows`; columns that never vary are left out."""
        there = columns[~np.all(np.isnan(rows[:, columns]), axis=0)]
        low, first, middle, third, high = np.nanpercentile(rows[:, there], _PERCENTILES, axis=0).astype(np.float32)
        varies = np.isfinite(low) & np.isfinite(high) & (high > low)
        scale = np.where(third > first, third - first, (high - low) / 4)
        return cls(there[varies], low[varies], high[varies], middle[varies], scale[varies].astype(np.float32))

    def lay_out(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n, 2 I) float32: each value bounded, 0 where unknown, and then 1 where unknown."""
        values = rows[:, self.inputs]
        unknown = np.isnan(values)
        distance = np.minimum(np.maximum(np.where(unknown, self.centre, values), self.low), self.high) - self.centre
        return np.hstack([distance / (np.abs(distance) + self.scale), unknown.astype(np.float32)])


def fit_network(
    rows: NDArray[np.float32],
    fraud: NDArray[np.int64],
    weight: NDArray[np.float64],
    *,
    stop_rows: NDArray[np.float32],
    stop_fraud: NDArray[np.bool_],
    columns: NDArray[np.int64],
    seed: int,
) -> Network | None:
    """Learn from weighted `rows` (n, F) until the average precision on `stop_rows`, of later days, no longer rises.

    `columns` are read, those that vary. The same data and seed give the same network: one thread, one order. None when no
    column varies.
    """
    import torch

    layout = Layout.of(rows, columns)
    if not len(layout.inputs):
        return None
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            layers = _layers(torch, len(layout.inputs), prior=float(np.average(fraud, weights=weight)))
            _learn(
                torch, layers, torch.from_numpy(layout.lay_out(rows)), torch.from_numpy(fraud.astype(np.float32)),
                torch.from_numpy((weight / weight.mean()).astype(np.float32)),
                torch.from_numpy(layout.lay_out(stop_rows)), stop_fraud,
            )  # fmt: skip
    finally:
        torch.set_num_threads(threads)
    return _as_network(layout, layers)


def _layers(torch: Any, inputs: int, *, prior: float) -> Any:
    nn = torch.nn
    layers = nn.Sequential(
        nn.Linear(2 * inputs, HIDDEN[0]), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(*HIDDEN), nn.ReLU(), nn.Linear(HIDDEN[1], 1)
    )
    with torch.no_grad():
        layers[-1].bias.fill_(float(np.log(prior / (1.0 - prior))))  # else the first epochs learn how rare frauds are
    return layers


def _learn(torch: Any, layers: Any, inputs: Any, fraud: Any, weight: Any, stop: Any, stop_fraud: NDArray[np.bool_]) -> None:
    """Descend in batches; end with the weights of the best epoch."""
    loss_of = torch.nn.functional.binary_cross_entropy_with_logits
    optimiser = torch.optim.AdamW(layers.parameters(), lr=LEARNING_RATE, weight_decay=DECAY)
    batch_rows = min(MOST_BATCH_ROWS, max(FEWEST_BATCH_ROWS, len(inputs) // STEPS))
    best, kept, without_gain = -1.0, copy.deepcopy(layers.state_dict()), 0
    for _ in range(EPOCHS):
        layers.train()
        for batch in torch.randperm(len(inputs)).split(batch_rows):
            optimiser.zero_grad()
            loss_of(layers(inputs[batch])[:, 0], fraud[batch], weight=weight[batch]).backward()
            optimiser.step()
        layers.eval()
        with torch.no_grad():
            reached = float(average_precision_score(stop_fraud, layers(stop)[:, 0].numpy()))
        without_gain += 1
        if reached > best:
            best, kept, without_gain = reached, copy.deepcopy(layers.state_dict()), 0
        if without_gain == PATIENCE:
            break
    layers.load_state_dict(kept)


def _as_network(layout: Layout, layers: Any) -> Network:
    def array(tensor: Any) -> NDArray[np.float32]:
        return np.ascontiguousarray(tensor.detach().numpy(), np.float32)

    first, second, last = layers[0], layers[3], layers[5]
    width = len(layout.inputs)
    return Network(
        inputs=layout.inputs,
        low=layout.low,
        high=layout.high,
        centre=layout.centre,
        scale=layout.scale,
        known=array(first.weight[:, :width].T),
        unknown=array(first.weight[:, width:].T),
        first_bias=array(first.bias),
        second=array(second.weight.T),
        second_bias=array(second.bias),
        last=array(last.weight[0]),
        last_bias=array(last.bias),
    )
