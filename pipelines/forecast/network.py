"""One LSTM for all series (Hochreiter and Schmidhuber, 1997), trained on windows of their differences.

A window is the newest steps of a series in its own scale; the network says how far the series goes at each step ahead. It needs
torch, which is an extra (`deep`).
"""

import importlib.util
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.forecast.features import step_scales
from pipelines.forecast.measures import scales
from pipelines.forecast.panel import Floats, Panel

_CLIP = 10.0


@dataclass(frozen=True, slots=True)
class Training:
    """How large the network is, and how long it learns."""

    window: int = 65
    hidden: int = 40
    most_windows: int = 12_000
    oldest: int = 520
    recent: int = 104
    epochs: int = 5
    batch: int = 256
    learning_rate: float = 3e-3
    threads: int = 2
    seed: int = 11


DEFAULT = Training()


def available() -> bool:
    """Whether torch is there."""
    return importlib.util.find_spec("torch") is not None


def network(panel: Panel, horizon: int, *, training: Training = DEFAULT) -> Floats:
    """Return the forecasts (series, horizon) of a panel without gaps; the newest value where no series is long enough."""
    scale = step_scales(panel, recent=training.recent)
    differences = np.diff(panel.values, axis=1) / scale[:, None]
    window = min(training.window, max(4, int(np.median(panel.lengths())) // 3))
    rows, ends = _windows(panel, horizon, window, training)
    if not len(rows) or differences.shape[1] < window:
        return np.repeat(panel.values[:, -1:], horizon, axis=1)
    filled = np.clip(np.nan_to_num(differences), -_CLIP, _CLIP)
    inputs = np.stack([filled[row, end - window : end] for row, end in zip(rows, ends, strict=True)])
    ahead = panel.values[rows[:, None], ends[:, None] + np.arange(1, horizon + 1)]
    moves = (ahead - panel.values[rows, ends][:, None]) / scale[rows][:, None]
    cost = (scale / np.nan_to_num(scales(panel, season=panel.season), nan=np.inf))[rows]
    newest = filled[:, -window:]
    return np.asarray(panel.values[:, -1:] + scale[:, None] * _learned(inputs, moves, cost, newest, training))


def _windows(panel: Panel, horizon: int, window: int, training: Training) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which series and which newest step each window of the training has: as many of each series as there can be."""
    chance = np.random.default_rng(training.seed)
    end = panel.values.shape[1]
    each = max(1, training.most_windows // max(1, len(panel)))
    rows, ends = [], []
    for row, length in enumerate(np.minimum(panel.lengths(), training.oldest)):
        possible = np.arange(end - int(length) + window // 2, end - horizon)
        if len(possible):
            chosen = possible if len(possible) <= each else chance.choice(possible, each, replace=False)
            rows.append(np.full(len(chosen), row))
            ends.append(chosen)
    if not rows:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate(rows), np.maximum(np.concatenate(ends), window)


def _learned(inputs: Floats, moves: Floats, cost: Floats, newest: Floats, training: Training) -> Floats:
    import torch

    torch.set_num_threads(training.threads)
    torch.manual_seed(training.seed)
    horizon = moves.shape[1]
    reach = np.sqrt(np.arange(1, horizon + 1))
    x = torch.tensor(inputs[..., None], dtype=torch.float32)
    y = torch.tensor(np.clip(moves / reach, -_CLIP, _CLIP), dtype=torch.float32)
    weight = torch.tensor((cost / max(cost.mean(), 1e-12))[:, None] * reach / reach.mean(), dtype=torch.float32)
    body = torch.nn.LSTM(1, training.hidden, batch_first=True)
    head = torch.nn.Linear(training.hidden, horizon)
    learner = torch.optim.Adam([*body.parameters(), *head.parameters()], lr=training.learning_rate)
    rounds = training.epochs * ((len(x) + training.batch - 1) // training.batch)
    pace = torch.optim.lr_scheduler.OneCycleLR(learner, training.learning_rate, total_steps=rounds)
    for _ in range(training.epochs):
        for chosen in torch.randperm(len(x)).split(training.batch):
            learner.zero_grad()
            said = head(body(x[chosen])[0][:, -1])
            loss = (weight[chosen] * (said - y[chosen]).abs()).mean()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*body.parameters(), *head.parameters()], 1.0)
            learner.step()
            pace.step()
    with torch.no_grad():
        said = head(body(torch.tensor(newest[..., None], dtype=torch.float32))[0][:, -1])
    return np.asarray(said.numpy().astype(np.float64) * reach)
