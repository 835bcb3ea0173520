"""What there is to say of a version, for whoever decides whether it is used."""

from pipelines.graph_network import history
from pipelines.graph_network.learning import SEEDS, WIDTH
from pipelines.graph_network.repository import CURRENCY
from pipelines.graph_network.training import Judged, Trained
from risk.graph_network.network import LAYERS

CARD = "model_card.md"


def card(trained: Trained, *, version: int) -> str:
    """Return the model card as Markdown."""
    reference = trained.reference
    return f"""# Graph network {version}

## What it is for
A score in (0, 1) for every customer's account: how likely a payment within the next {history.HORIZON_DAYS} days turns out to
be a fraud that used the account, as the payee of what was taken or as the payer who passes it on. Models of payments read it
of both accounts, and compliance reads it with the neighbours that made it. It decides nothing by itself.

## What it is
GraphSAGE with directed messages that read the pair's payments, {LAYERS} steps, {WIDTH} wide, the mean of {len(SEEDS)}
networks. It reads payments between customers' accounts in {CURRENCY} of {history.DAYS} days: no id, no label, nothing of the
person.

## Data and split
Tenant `{reference["tenant_id"]}`, {reference["payments"]:,} payments of {reference["accounts"]:,} accounts, as known at
{reference["cutoff_ms"]} (ms). Learned from {reference["cuts"]} cuts of {history.HORIZON_DAYS} days each, with
{reference["learned_used"]:,} used accounts, all of which end where the judged cut begins ({reference["judged_from_ms"]} ms);
labels that became known later were not read. One in {history.HELD_PARTS} of the accounts only said when to stop.

## What it is worth
{reference["judged_used"]:,} of {reference["judged_accounts"]:,} judged accounts were used ({trained.share_used:.2%}); of
{reference["unseen_accounts"]:,} nothing was known when it learned.

| | average precision | AUC | average precision of new accounts |
|---|---|---|---|
{_row("network", trained.ours)}
{_row("gradient trees on graph features", trained.trees)}

The trees read what the network reads of an account, and its component, community and PageRank; they learned from the same
accounts and from those held back.

## Limits
It learned from known frauds: who was never found is a negative. Of an account without a payment in {history.DAYS} days it
says nothing. Accounts at other banks are not in the graph. A score says that an account looks like used ones; it is no
finding about a person.
"""


def _row(name: str, judged: Judged) -> str:
    figures = (judged.average_precision, judged.auc, judged.unseen_average_precision)
    return f"| {name} | {' | '.join(map(_figure, figures))} |"


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4f}"
