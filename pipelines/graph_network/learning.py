"""Learning the network with torch, on torch's own sparse operations; what comes out runs without torch (`risk.graph_network`).

Labels enter through the loss of the accounts that may be learned from, and nowhere else: no account reads one, its own or a
neighbour's. Learning stops where the average precision of accounts that were held back no longer rises.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from kit.errors import DomainError
from risk.aml.graph import Ints
from risk.graph_network.inputs import WEIGHTS, Inputs, Singles
from risk.graph_network.network import ADDED_UP, LAYERS, Layer, Member, Network, Scaling, Way

EXTRA = "deep"
WIDTH = 32
SEEDS = (1, 2, 3)
EPOCHS, PATIENCE, JUDGED_EVERY = 150, 5, 5
DROPOUT = 0.2
LEARNING_RATE, DECAY = 5e-3, 1e-4
UNKNOWN = -1
# Scores with torch and without it are the same to this.
TOLERANCE = 1e-5
_LEAST_SCALE = 1e-3


class NothingToLearn(ValueError):
    """The accounts to learn from, or those held back, are all of one kind."""


class NoTorch(DomainError):
    """torch is not installed: scores can be had without it, a network cannot."""

    code = "no-torch"
    title = "A graph network cannot be learned here"
    remedy = f"Install the extra `{EXTRA}` (`make bootstrap-dev`), which brings torch."


class NetworkDiffers(RuntimeError):
    """What was exported answers otherwise than what torch learned."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A graph with what is known of its accounts, int64[n]: 1, 0, or UNKNOWN where the label may not be read.

    `held` bool[n] are accounts that are not learned from: by them learning stops.
    """

    inputs: Inputs
    target: Ints
    held: NDArray[np.bool_]


def has_torch() -> bool:
    """Whether a network can be learned here."""
    return find_spec("torch") is not None


def fit(graphs: Sequence[Known], *, seeds: Sequence[int] = SEEDS, epochs: int = EPOCHS) -> Network:
    """Learn from graphs whose columns mean the same. The same graphs and seeds give the same network: one thread, one order.

    Raises NoTorch, NetworkDiffers, and NothingToLearn where the accounts to learn from or those held back are of one kind.
    """
    if not has_torch():
        raise NoTorch("torch is not installed")
    for what, chosen in (("to learn from", [~each.held for each in graphs]), ("held back", [each.held for each in graphs])):
        said = np.concatenate([each.target[rows] for each, rows in zip(graphs, chosen, strict=True)])
        if not {0, 1} <= set(said.tolist()):
            raise NothingToLearn(f"{int((said == 1).sum())} of {int((said >= 0).sum())} accounts {what} are positive")
    import torch

    accounts, pairs = _scaling([each.inputs.accounts for each in graphs]), _scaling([each.inputs.pairs for each in graphs])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            ready = [_Ready(torch, each, accounts, pairs) for each in graphs]
            learned = [_learn(torch, ready, seed=seed, epochs=epochs) for seed in seeds]
    finally:
        torch.set_num_threads(threads)
    network = Network(accounts, pairs, tuple(member for member, _ in learned))
    prove(network, graphs[0].inputs, np.mean([said for _, said in learned], axis=0))
    return network


def prove(network: Network, inputs: Inputs, log_odds: NDArray[np.floating[Any]]) -> None:
    """Compare the scores with those that torch's log odds give. Raises NetworkDiffers."""
    theirs = 1.0 / (1.0 + np.exp(-log_odds.astype(np.float64)))
    furthest = float(np.max(np.abs(network.score(inputs) - theirs)))
    if not furthest <= TOLERANCE:
        raise NetworkDiffers(f"without torch scores differ by up to {furthest:.3g}; {TOLERANCE:g} is allowed")


def _scaling(columns: Sequence[Singles]) -> Scaling:
    """Median and half of the middle two thirds of what is known, of all graphs together."""
    every = np.concatenate(columns).astype(np.float64)
    every[:, np.isnan(every).all(axis=0)] = 0.0
    low, centre, high = np.nanpercentile(every, (16.0, 50.0, 84.0), axis=0)
    spread = np.maximum((high - low) / 2, np.nanstd(every, axis=0) / 4)
    return Scaling(centre.astype(np.float32), np.maximum(spread, _LEAST_SCALE).astype(np.float32))


class _Ready:
    """A graph as tensors. Sums of messages are products with sparse matrices float32[accounts, pairs], one a weight and way."""

    def __init__(self, torch: Any, known: Known, accounts: Scaling, pairs: Scaling) -> None:
        inputs = known.inputs
        self.x, self.e = (torch.from_numpy(each) for each in (accounts.apply(inputs.accounts), pairs.apply(inputs.pairs)))
        self.payer, self.payee = torch.from_numpy(inputs.payer.copy()), torch.from_numpy(inputs.payee.copy())
        self.to_payee = [_matrix(torch, len(inputs), self.payee, inputs.to_payee[:, each]) for each in range(WEIGHTS)]
        self.to_payer = [_matrix(torch, len(inputs), self.payer, inputs.to_payer[:, each]) for each in range(WEIGHTS)]
        learned = (known.target != UNKNOWN) & ~known.held
        held = (known.target != UNKNOWN) & known.held
        self.learned, self.target = torch.from_numpy(np.flatnonzero(learned)), known.target[learned]
        self.wanted = torch.from_numpy(self.target.astype(np.float32))
        self.held, self.held_target = np.flatnonzero(held), known.target[held]


def _matrix(torch: Any, accounts: int, target: Any, weight: Singles) -> Any:
    places = torch.stack([target, torch.arange(len(target))])
    values = torch.from_numpy(weight.copy())
    return torch.sparse_coo_tensor(places, values, (accounts, len(target)), check_invariants=True).coalesce()


def _learn(torch: Any, graphs: Sequence[_Ready], *, seed: int, epochs: int) -> tuple[Member, Singles]:
    """Return a member and what torch makes of the first graph's accounts with it."""
    torch.manual_seed(seed)
    positive = sum(int(each.target.sum()) for each in graphs)
    negative = sum(len(each.target) for each in graphs) - positive
    # Positives count as their root were they as many: rare ones are learned from, and what that adds is taken off again.
    raised = float(np.sqrt(negative / positive))
    parts = _parts(torch, graphs[0].x.shape[1], graphs[0].e.shape[1], prior=raised * positive / (negative + raised * positive))
    optimiser = torch.optim.AdamW(parts.parameters(), lr=LEARNING_RATE, weight_decay=DECAY)
    loss_of = torch.nn.functional.binary_cross_entropy_with_logits
    weight = torch.tensor(raised)
    best, kept, without_gain = -1.0, copy.deepcopy(parts.state_dict()), 0
    for epoch in range(1, epochs + 1):
        parts.train()
        for graph in graphs:
            optimiser.zero_grad()
            said = _log_odds(torch, parts, graph)
            loss_of(said[graph.learned], graph.wanted, pos_weight=weight).backward()
            optimiser.step()
        if epoch % JUDGED_EVERY and epoch < epochs:
            continue
        reached = _reached(torch, parts, graphs)
        without_gain += 1
        if reached > best:
            best, kept, without_gain = reached, copy.deepcopy(parts.state_dict()), 0
        if without_gain == PATIENCE:
            break
    parts.load_state_dict(kept)
    return _as_member(parts, taken_off=float(np.log(raised))), _said(torch, parts, graphs[0]) - float(np.log(raised))


def _said(torch: Any, parts: Any, graph: _Ready) -> Singles:
    parts.eval()
    with torch.no_grad():
        return np.asarray(_log_odds(torch, parts, graph).numpy(), np.float32)


def _reached(torch: Any, parts: Any, graphs: Sequence[_Ready]) -> float:
    said = np.concatenate([_said(torch, parts, each)[each.held] for each in graphs])
    return float(average_precision_score(np.concatenate([each.held_target for each in graphs]), said))


def _parts(torch: Any, columns: int, pair_columns: int, *, prior: float) -> Any:
    nn = torch.nn
    layers = [
        nn.ModuleDict(
            {
                **{f"{way}_account": nn.Linear(WIDTH, WIDTH, bias=False) for way in ("in", "out")},
                **{f"{way}_pair": nn.Linear(pair_columns, WIDTH) for way in ("in", "out")},
                "joined": nn.Linear(ADDED_UP * WIDTH, WIDTH),
            }
        )
        for _ in range(LAYERS)
    ]
    parts = nn.ModuleDict({"first": nn.Linear(columns, WIDTH), "layers": nn.ModuleList(layers), "last": nn.Linear(WIDTH, 1)})
    with torch.no_grad():
        parts["last"].bias.fill_(float(np.log(prior / (1.0 - prior))))
    return parts


def _log_odds(torch: Any, parts: Any, graph: _Ready) -> Any:
    def dropped(values: Any) -> Any:
        return torch.nn.functional.dropout(values, DROPOUT, training=parts.training)

    h = dropped(torch.relu(parts["first"](graph.x)))
    for layer in parts["layers"]:
        joined = [h]
        for way, source, matrices in (("in", graph.payer, graph.to_payee), ("out", graph.payee, graph.to_payer)):
            spoken = layer[f"{way}_account"](h).index_select(0, source)
            messages = torch.relu(spoken + layer[f"{way}_pair"](graph.e))
            joined += [torch.sparse.mm(each, messages) for each in matrices]
        h = dropped(torch.relu(layer["joined"](torch.cat(joined, dim=1))))
    return parts["last"](h)[:, 0]


def _as_member(parts: Any, *, taken_off: float) -> Member:
    def array(tensor: Any) -> Singles:
        return np.ascontiguousarray(tensor.detach().numpy(), np.float32)

    def way(layer: Any, name: str) -> Way:
        account, pair = layer[f"{name}_account"], layer[f"{name}_pair"]
        return Way(array(account.weight.T), array(pair.weight.T), array(pair.bias))

    layers = [
        Layer(way(each, "in"), way(each, "out"), array(each["joined"].weight.T), array(each["joined"].bias))
        for each in parts["layers"]
    ]
    return Member(
        first=array(parts["first"].weight.T),
        first_bias=array(parts["first"].bias),
        layers=tuple(layers),
        last=array(parts["last"].weight[0]),
        last_bias=float(array(parts["last"].bias)[0]) - taken_off,
    )
