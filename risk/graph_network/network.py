"""The network as numbers: its weights, and the scores that they give. No torch: `pipelines.graph_network` learns them with it.

    h0 = relu(x V + c)
    message of a pair to its payee = relu(h[payer] A + e B + a), to its payer = relu(h[payee] A' + e B' + a')
    h' = relu([h, sums of messages by each weight, of payers and of payees] W + w), twice
    score = sigmoid(mean over the members of h u + v)

x and e are the columns of accounts and pairs, less their centre, by their scale, bounded; unknown ones are 0.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from risk.aml.graph import Floats, Ints
from risk.graph_network.inputs import WEIGHTS, Inputs, Singles

LAYERS = 2
# Beyond so many spreads from the centre, a value is taken for one that far.
FURTHEST = 4.0
# Messages that are held at once: 4 bytes a message and unit of width.
PAIRS_AT_ONCE = 1_000_000
ADDED_UP = 1 + 2 * WEIGHTS


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """How columns become inputs: `centre` and `scale` float32[columns], the scale above 0."""

    centre: Singles
    scale: Singles

    def apply(self, columns: Singles) -> Singles:
        """Return float32[n, columns] within FURTHEST of 0; 0 where unknown."""
        found = np.clip((columns - self.centre) / self.scale, -FURTHEST, FURTHEST)
        return np.asarray(np.nan_to_num(found, nan=0.0), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """Messages that go one way: `of_account` float32[d, d], `of_pair` float32[e, d], `bias` float32[d]."""

    of_account: Singles
    of_pair: Singles
    bias: Singles


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One step outwards: `weight` float32[ADDED_UP d, d], `bias` float32[d]."""

    from_payers: Way
    from_payees: Way
    weight: Singles
    bias: Singles


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One of several networks, each learned from another beginning: `first` float32[columns, d], `last` float32[d]."""

    first: Singles
    first_bias: Singles
    layers: tuple[Layer, ...]
    last: Singles
    last_bias: float

    def __post_init__(self) -> None:
        width = len(self.last)
        shapes = [(self.first.shape[1], self.first_bias.shape), (width, (width,))]
        for layer in self.layers:
            shapes.append((layer.weight.shape[0] // ADDED_UP, layer.bias.shape))
            shapes += [(way.of_account.shape[0], way.bias.shape) for way in (layer.from_payers, layer.from_payees)]
        if len(self.layers) != LAYERS or any(shape != (width, (width,)) for shape in shapes):
            raise ValueError(f"a member has {LAYERS} layers of one width")


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Members, whose log odds are averaged, and how columns become their inputs."""

    accounts: Scaling
    pairs: Scaling
    members: tuple[Member, ...]

    def score(self, inputs: Inputs) -> Floats:
        """Return each account's score in (0, 1), float64[n]. Raises ValueError for columns that it was not learned on."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.log_odds(inputs))), np.float64)

    def log_odds(self, inputs: Inputs) -> Floats:
        """Return float64[n]. Raises ValueError for columns that it was not learned on."""
        if inputs.accounts.shape[1] != len(self.accounts.centre) or inputs.pairs.shape[1] != len(self.pairs.centre):
            raise ValueError("the graph has not the columns that the network was learned on")
        x, e = self.accounts.apply(inputs.accounts), self.pairs.apply(inputs.pairs)
        said = [_log_odds(member, inputs, x, e) for member in self.members]
        return np.asarray(np.mean(said, axis=0, dtype=np.float64), np.float64)


def _log_odds(member: Member, inputs: Inputs, x: Singles, e: Singles) -> Singles:
    h = _relu(x @ member.first + member.first_bias)
    for layer in member.layers:
        from_payers = _gathered(h, e, layer.from_payers, source=inputs.payer, target=inputs.payee, weights=inputs.to_payee)
        from_payees = _gathered(h, e, layer.from_payees, source=inputs.payee, target=inputs.payer, weights=inputs.to_payer)
        h = _relu(np.hstack([h, *from_payers, *from_payees]) @ layer.weight + layer.bias)
    return np.asarray(h @ member.last + np.float32(member.last_bias), np.float32)


def _gathered(h: Singles, e: Singles, way: Way, *, source: Ints, target: Ints, weights: Singles) -> list[Singles]:
    """Return the sums of messages by each weight, float32[n, d] each."""
    spoken = h @ way.of_account
    sums = [np.zeros_like(h) for _ in range(WEIGHTS)]
    for start in range(0, len(source), PAIRS_AT_ONCE):
        part = slice(start, start + PAIRS_AT_ONCE)
        messages = _relu(spoken[source[part]] + e[part] @ way.of_pair + way.bias)
        places = target[part], np.arange(len(messages))
        for number, total in enumerate(sums):
            total += csr_array((weights[part, number], places), shape=(len(h), len(messages))) @ messages
    return sums


def _relu(values: Singles) -> Singles:
    return np.maximum(values, np.float32(0.0))
