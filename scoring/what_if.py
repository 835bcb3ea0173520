"""What the engine would answer now, without anything changing."""

from dataclasses import dataclass

import numpy as np

from contracts.decisions import Answer, StandOut
from scoring import answers as columns
from scoring.engine import Engine, ahead, future
from scoring.scanner import scan_transactions


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """An answer that was never given, with every known feature and those that stand out."""

    answer: Answer
    features: dict[str, float]
    stand_outs: list[StandOut]


def what_if(engine: Engine, message: bytes, *, now_ms: int) -> Hypothesis:
    """Score a transaction as if it came now. Raises RefusedMessage."""
    scan = scan_transactions([message])
    if scan.refused:
        raise scan.refused[0][1]
    if len(ahead(scan, now_ms=now_ms)):
        raise future(scan, 0, now_ms=now_ms)
    tenants = engine.tenants.find(scan)
    x, flags = engine.features.peek(scan, tenants)
    explainer = engine.judge.explainer
    answers, leads = engine.judge.answer(scan, tenants, x=x, flags=flags, scored_at_ms=np.array([now_ms], np.int64))
    values = zip(engine.catalogue, x[0].tolist(), strict=True)
    known = {feature.name: value for feature, value in values if not np.isnan(value)}
    led = leads.get(0) or explainer.leading(x)[0]
    return Hypothesis(columns.unpack(answers[0], engine.lexicon), known, explainer.stand_outs(x[0], led))
