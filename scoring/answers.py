"""Answers as rows of int64, so that a batch is decided, remembered and written without an object a row.

Probabilities of our own are whole millionths; an adopted answer may carry any float, which is then kept by its bits.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from contracts.decisions import Answer, DecisionSource, Sequence, Verdict
from risk.policy import MILLIONTHS
from scoring.lexicon import SOURCES, VERDICTS, Lexicon

(
    VERDICT, SOURCE, SCORED_AT, VALID_UNTIL, POLICY, FEATURE_SET, MODEL, PROBABILITY, ANOMALY, RULES, SHADOW_RULES, REASONS,
    FLAGS, EPOCH, N, CHALLENGER, CHALLENGER_PROBABILITY, CHALLENGER_VERDICT,
) = range(18)  # fmt: skip
WIDTH = 18
TRUNCATED, LATE, CONTROL_GROUP, PROBABILITY_IS_BITS, ANOMALY_IS_BITS, CHALLENGER_IS_BITS = 1, 2, 4, 8, 16, 32
INEXACT = PROBABILITY_IS_BITS | ANOMALY_IS_BITS | CHALLENGER_IS_BITS
ABSENT = -1
ANY_VERDICT = {verdict: code for code, verdict in enumerate(Verdict)}
ANY_SOURCE = {source: code for code, source in enumerate(DecisionSource)}


def _pack_float(value: float | None, bits_flag: int) -> tuple[int, int]:
    if value is None:
        return ABSENT, 0
    whole = round(value * MILLIONTHS)
    if whole / MILLIONTHS == value:
        return whole, 0
    return struct.unpack("<q", struct.pack("<d", value))[0], bits_flag


def _unpack_float(number: int, is_bits: int) -> float | None:
    if is_bits:
        return float(struct.unpack("<d", struct.pack("<q", number))[0])
    return None if number == ABSENT else number / MILLIONTHS


def pack(answer: Answer, lexicon: Lexicon) -> NDArray[np.int64]:
    """Return the answer as a row; nothing of it is lost."""
    probability, probability_flag = _pack_float(answer.probability, PROBABILITY_IS_BITS)
    anomaly, anomaly_flag = _pack_float(answer.anomaly, ANOMALY_IS_BITS)
    challenger, challenger_flag = _pack_float(answer.challenger_probability, CHALLENGER_IS_BITS)
    flags = probability_flag | anomaly_flag | challenger_flag
    flags |= answer.truncated * TRUNCATED | answer.late * LATE | answer.control_group * CONTROL_GROUP
    sequence = answer.sequence
    return np.array(
        (
            ANY_VERDICT[answer.verdict], ANY_SOURCE[answer.source], answer.scored_at, answer.valid_until,
            lexicon.text(answer.policy), lexicon.text(answer.feature_set), lexicon.text(answer.model),
            probability, anomaly, lexicon.texts(answer.rules), lexicon.texts(answer.shadow_rules),
            lexicon.texts(answer.reasons), flags,
            sequence.epoch if sequence else ABSENT, sequence.n if sequence else ABSENT,
            lexicon.text(answer.challenger), challenger,
            ABSENT if answer.challenger_verdict is None else ANY_VERDICT[answer.challenger_verdict],
        ),
        np.int64,
    )  # fmt: skip


def unpack(row: NDArray[np.int64], lexicon: Lexicon) -> Answer:
    """Return the row as an answer."""
    value = row.tolist()
    flags = value[FLAGS]
    return Answer(
        verdict=VERDICTS[value[VERDICT]],
        source=SOURCES[value[SOURCE]],
        scored_at=value[SCORED_AT],
        valid_until=value[VALID_UNTIL],
        policy=lexicon.read_text(value[POLICY]) or "",
        feature_set=lexicon.read_text(value[FEATURE_SET]) or "",
        model=lexicon.read_text(value[MODEL]),
        probability=_unpack_float(value[PROBABILITY], flags & PROBABILITY_IS_BITS),
        anomaly=_unpack_float(value[ANOMALY], flags & ANOMALY_IS_BITS),
        challenger=lexicon.read_text(value[CHALLENGER]),
        challenger_probability=_unpack_float(value[CHALLENGER_PROBABILITY], flags & CHALLENGER_IS_BITS),
        challenger_verdict=None if value[CHALLENGER_VERDICT] == ABSENT else VERDICTS[value[CHALLENGER_VERDICT]],
        rules=lexicon.read_texts(value[RULES]),
        shadow_rules=lexicon.read_texts(value[SHADOW_RULES]),
        reasons=lexicon.read_texts(value[REASONS]),
        truncated=bool(flags & TRUNCATED),
        late=bool(flags & LATE),
        control_group=bool(flags & CONTROL_GROUP),
        sequence=None if value[EPOCH] == ABSENT else Sequence(epoch=value[EPOCH], n=value[N]),
    )
