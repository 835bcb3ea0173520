"""Found every night in the graph of who pays whom (`pipelines.graph`, `pipelines.graph_network`), and told to the scorer."""

from feature_store.families.wording import PAYMENT_RISK
from feature_store.vocabulary import GRAPH_COMMUNITY, GRAPH_PAGERANK, GRAPH_SCORE, Entity, ExternalFeature


def _of_graph(who: str, entity: Entity, words: str) -> tuple[ExternalFeature, ...]:
    def feature(value: str, sentence: str) -> ExternalFeature:
        return ExternalFeature(
            name=f"{who}_{value}", entity=entity, value=value, sentence=sentence, reason=f"{who}_network", owner=PAYMENT_RISK
        )

    return (
        feature(GRAPH_SCORE, f"How much {words} pays and is paid like accounts that were used for fraud, 0 to 1"),
        feature(GRAPH_PAGERANK, f"Share of accounts that more money leads to than to {words} (PageRank)"),
        feature(GRAPH_COMMUNITY, f"Accounts that {words} pays and is paid with, directly or not (community)"),
    )


EXTERNAL_FEATURES: tuple[ExternalFeature, ...] = (
    *_of_graph("account", Entity.ACCOUNT, "the account"),
    *_of_graph("payee", Entity.PAYEE, "the payee's account"),
)
