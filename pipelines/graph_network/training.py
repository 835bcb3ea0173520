"""Training: the network and gradient trees on graph features, learned from the same accounts, judged on the same later ones."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from kit.errors import DomainError
from kit.settings import Settings
from pipelines.aml import learning as trees
from pipelines.graph.structure import PAYEE, PAYER, PAYMENTS, structure
from pipelines.graph_network import history as histories
from pipelines.graph_network import learning
from pipelines.graph_network.history import Cut, Cuts, History, Progress
from risk.aml.features import Table
from risk.aml.graph import Floats
from risk.graph_network.inputs import account_columns
from risk.graph_network.network import Network

# With fewer there is neither enough to learn from nor to judge by.
FEWEST_LEARNED, FEWEST_JUDGED = 12, 4
_PLACES = ("component_accounts", "community_accounts", "pagerank", "pagerank_share_above")
_DIGITS = 12


class TooFewKnown(DomainError):
    """There are too few accounts of which it is known that they were used."""

    code = "too-few-known-accounts"
    title = "There is too little to learn a graph network from"
    remedy = "Wait until more frauds are known, or train on a tenant with a longer history."


@dataclass(frozen=True, slots=True)
class Judged:
    """How one model ranks the judged accounts. None where those are of one kind."""

    average_precision: float | None
    auc: float | None
    unseen_average_precision: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A network without a version yet, and how it and the trees did."""

    network: Network
    ours: Judged
    trees: Judged
    reference: dict[str, str | int]
    share_used: float


def train(settings: Settings, *, tenant_id: str, cutoff_ms: int, progress: Progress) -> Trained:
    """Train on what a tenant's warehouse knew at a moment. Raises NoTorch and TooFewKnown."""
    if not learning.has_torch():
        raise learning.NoTorch("torch is not installed")
    found = histories.read(settings, tenant_id=tenant_id, cutoff_ms=cutoff_ms)
    progress(f"{len(found.at_ms):,} payments between {len(found.accounts):,} accounts of {tenant_id}")
    return learned(found, tenant_id=tenant_id, cutoff_ms=cutoff_ms, progress=progress)


def learned(
    found: History, *, tenant_id: str, cutoff_ms: int, progress: Progress, seeds: tuple[int, ...] = learning.SEEDS
) -> Trained:
    """Train on a history as known at a moment. Raises NoTorch and TooFewKnown."""
    cut = histories.cuts(found, cutoff_ms=cutoff_ms)
    positives = sum(each.positives for each in cut.learned)
    if positives < FEWEST_LEARNED or cut.judged.positives < FEWEST_JUDGED:
        raise TooFewKnown(
            f"{positives} used accounts to learn from and {cut.judged.positives} to judge by; {FEWEST_LEARNED} and "
            f"{FEWEST_JUDGED} are needed"
        )
    progress(f"learning from {positives} used accounts in {len(cut.learned)} cuts; {cut.judged.positives} later ones judge")
    try:
        network = learning.fit(cut.graphs(), seeds=seeds)
        theirs = _trees(cut, seeds)
    except (learning.NothingToLearn, trees.NothingToLearn) as problem:
        raise TooFewKnown(str(problem)) from problem
    ours = network.score(cut.judged.inputs)
    trained = Trained(
        network,
        _judge(cut, ours),
        _judge(cut, theirs),
        {
            "tenant_id": tenant_id, "cutoff_ms": cutoff_ms, "judged_from_ms": cut.judged.at_ms, "cuts": len(cut.learned),
            "accounts": len(found.accounts), "payments": len(found.at_ms), "learned_used": positives,
            "judged_used": cut.judged.positives, "judged_accounts": int(cut.judged.known.sum()),
            "unseen_accounts": int(cut.unseen().sum()),
        },
        cut.judged.positives / int(cut.judged.known.sum()),
    )  # fmt: skip
    progress(f"average precision on later days: network {said(trained.ours)}, trees {said(trained.trees)}")
    return trained


def said(judged: Judged) -> str:
    """Return the average precision as people read it."""
    return "unknown" if judged.average_precision is None else f"{judged.average_precision:.4f}"


def tree_columns(cut: Cut) -> Table:
    """Return what trees learn from: what the network reads of an account, and its place in the whole graph."""
    payments = cut.payments
    columns = account_columns(payments, cut.period)
    pairs = payments.pairs
    named = pl.DataFrame({PAYER: pairs.payer, PAYEE: pairs.payee, PAYMENTS: pairs.count}).with_columns(
        pl.col(PAYER, PAYEE).cast(pl.String).str.zfill(_DIGITS)
    )
    places = structure(named)
    account = places["account_id"].cast(pl.Int64).to_numpy()
    for name in _PLACES:
        columns[name] = np.full(payments.accounts, np.nan)
        columns[name][account] = places[name].cast(pl.Float64).to_numpy()
    return Table(tuple(columns), np.column_stack(list(columns.values())))


def _trees(cut: Cuts, seeds: tuple[int, ...]) -> Floats:
    """What gradient trees make of the judged cut's accounts. They learn from the accounts held back too: they need none."""
    rows = np.concatenate([tree_columns(each).rows[each.known] for each in cut.learned])
    target = np.concatenate([each.target[each.known] for each in cut.learned])
    return trees.fit(rows, target, seeds=seeds).probability(tree_columns(cut.judged).rows)


def _judge(cut: Cuts, scores: Floats) -> Judged:
    target = cut.judged.target
    precision, auc = _figures(target, scores, cut.judged.known)
    return Judged(precision, auc, _figures(target, scores, cut.unseen())[0])


def _figures(target: NDArray[np.int64], scores: Floats, chosen: NDArray[np.bool_]) -> tuple[float | None, float | None]:
    if len(np.unique(target[chosen])) != 2:
        return None, None
    told = target[chosen], scores[chosen]
    return float(average_precision_score(*told)), float(roc_auc_score(*told))
