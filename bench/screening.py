"""`baas bench screening [PAIRS.csv]`: how right names are told apart, and how long one takes against fifty thousand.

PAIRS.csv has the columns `query`, `candidate` and `match` (1 or 0, true or false): two names, and whether they are one. Without
it the pairs are made up (`simulator/labelled_names`), of another seed than the weights were learned from. A match is what
the product counts as one, at the threshold that came with the weights; the best threshold for these pairs is shown beside it.
The peer is rapidfuzz's token_sort_ratio on letters of any script (anyascii), at the threshold that is best for it here.
"""

import csv
import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bench.report import Report, parser
from risk.screening.entry import Entry, ListedName, NameQuality
from risk.screening.index import Asked, Index
from risk.screening.model import built_in
from risk.screening.pair import compare
from simulator.labelled_names import labelled_pairs, made_up_names, typing_errors

BENCH, PEER = "screening", "token-sort-ratio"
ENTRIES, PAIRS, TYPED, STRANGERS_EACH, TIMED = 50_000, 6_000, 2_000, 5, 2_000
QUICK_PAIRS, QUICK_TYPED, QUICK_TIMED = 2_000, 500, 400
PEER_TIMED, PEER_CUTOFF = 40, 76
SEED = 4_711
FALSE_SHARE = 0.01
CURVE = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge, time and print the report."""
    found = parser(BENCH, "Names against watch-lists: precision, recall, F1 on labelled pairs, and speed")
    found.add_argument("pairs", nargs="?", type=Path, metavar="PAIRS.csv", help="query, candidate, match; made up without it")
    options = found.parse_args(arguments)
    report = Report(BENCH)
    with report.loaded():
        pairs = _made_up(QUICK_PAIRS if options.quick else PAIRS) if options.pairs is None else read_pairs(options.pairs)
        _judge(report, pairs)
        names = made_up_names(ENTRIES, seed=SEED)
        _typed(report, names, count=QUICK_TYPED if options.quick else TYPED)
        _timed(report, names, count=QUICK_TIMED if options.quick else TIMED)
    report.settings |= {
        "pairs": len(pairs), "pairs_from": "made up" if options.pairs is None else options.pairs.name, "entries": ENTRIES,
        "threshold": built_in().threshold, "quick": options.quick,
    }  # fmt: skip
    report.publish()
    return 0


Labelled = tuple[str, str, bool]


def read_pairs(path: Path) -> list[Labelled]:
    """Return the pairs of a file. Raises ValueError for a label that is none, KeyError for a missing column."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [(row["query"], row["candidate"], _label(row["match"])) for row in csv.DictReader(file)]


def _label(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.strip().lower() not in known:
        raise ValueError(f"match is one of {', '.join(known)} and not {text!r}")
    return known[text.strip().lower()]


def _made_up(count: int) -> list[Labelled]:
    return [(pair.query, pair.candidate, pair.match) for pair in labelled_pairs(count, seed=SEED)]


def _judge(report: Report, pairs: list[Labelled]) -> None:
    actual = np.array([match for *_, match in pairs], np.bool_)
    if actual.all() or not actual.any():
        raise ValueError("pairs that match are needed, and pairs that do not")
    ours = np.array([compare(query, candidate).score for query, candidate, _ in pairs])
    theirs = np.array([fuzz.token_sort_ratio(_folded(query), _folded(candidate)) for query, candidate, _ in pairs])
    precision, recall, f1 = _measured(actual, ours >= built_in().threshold)
    report.figure("precision", precision)
    report.figure("recall", recall)
    report.figure("f1", f1)
    best, at = _best(actual, ours)
    report.figure("best_f1", best)
    report.figure("best_f1_threshold", at)
    report.figure("average_precision", _average_precision(actual, ours))
    peer_best, peer_at = _best(actual, theirs)
    report.baseline(PEER, "f1", peer_best)
    report.baseline(PEER, "best_f1_threshold", peer_at)
    report.baseline(PEER, "average_precision", _average_precision(actual, theirs))
    report.ratio(f"f1_vs_{PEER}", f1 / max(peer_best, 1e-9))
    sys.stdout.write("threshold  precision  recall     f1\n")
    for threshold in sorted({*CURVE, round(built_in().threshold, 4)}):
        precision, recall, f1 = _measured(actual, ours >= threshold)
        sys.stdout.write(f"{threshold:>9.3f}  {precision:>9.3f}  {recall:>6.3f}  {f1:>5.3f}\n")
    sys.stdout.write("\n")


def _measured(actual: Bools, said: Bools) -> tuple[float, float, float]:
    right = float((actual & said).sum())
    precision, recall = right / max(float(said.sum()), 1.0), right / float(actual.sum())
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def _best(actual: Bools, scores: Floats) -> tuple[float, float]:
    """Return the best F1 of all thresholds, and where it is."""
    order = np.argsort(-scores, kind="stable")
    right, said = np.cumsum(actual[order]), np.arange(1, len(order) + 1)
    f1 = 2.0 * right / (said + actual.sum())
    f1[:-1][np.diff(scores[order]) == 0] = 0.0  # pairs with one score fall on one side together
    place = int(np.argmax(f1))
    return float(f1[place]), float(scores[order][place])


def _average_precision(actual: Bools, scores: Floats) -> float:
    order = np.argsort(-scores, kind="stable")
    hits = actual[order]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def _typed(report: Report, names: list[str], *, count: int) -> None:
    """Count how many names with one or two typing errors are known, and how many strangers are taken for them."""
    rng = random.Random(SEED)
    typed = typing_errors(rng.sample(names, count), seed=SEED)
    threshold = built_in().threshold
    known = np.array([compare(pair.query, pair.candidate).score for pair in typed])
    strangers = np.array([
        compare(pair.query, other).score
        for pair in typed
        for other in rng.sample(names, STRANGERS_EACH)
        if _folded(other) != _folded(pair.candidate)
    ])  # fmt: skip
    report.figure("recall_typos", float((known >= threshold).mean()))
    report.figure("false_positive_typos", float((strangers >= threshold).mean()))
    lenient = float(np.quantile(strangers, 1.0 - FALSE_SHARE))
    report.figure("recall_typos_at_false_positive_1_pct", float((known > lenient).mean()))
    report.settings |= {"typed": len(typed), "strangers": len(strangers)}


def _timed(report: Report, names: list[str], *, count: int) -> None:
    """Hold single names against all entries: half of them on the list but for typing errors, half not."""
    started_s = time.monotonic()
    index = Index([
        Entry(entry_id=str(number), names=[ListedName(name, NameQuality.PRIMARY)]) for number, name in enumerate(names)
    ])  # fmt: skip
    report.figure("index_build_s", time.monotonic() - started_s)
    rng = random.Random(SEED + 1)
    asked = [pair.query for pair in typing_errors(rng.sample(names, count // 2), seed=SEED)]
    asked += made_up_names(count // 2, seed=SEED + 1)
    rng.shuffle(asked)
    for name in asked[:20]:
        index.find(Asked(name))
    took_ms = [_ms(partial(index.find, Asked(name))) for name in asked]
    report.figure("one_name_ms", float(np.median(took_ms)))
    report.figure("one_name_p99_ms", float(np.percentile(took_ms, 99)))
    folded = [_folded(name) for name in names]
    peer_ms = [
        _ms(partial(process.extract, _folded(name), folded, scorer=fuzz.token_sort_ratio, limit=20, score_cutoff=PEER_CUTOFF))
        for name in asked[:PEER_TIMED]
    ]
    report.baseline(PEER, "one_name_ms", float(np.median(peer_ms)))
    report.ratio(f"one_name_speed_vs_{PEER}", float(np.median(peer_ms)) / float(np.median(took_ms)))


def _ms(work: Callable[[], object]) -> float:
    started_ns = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - started_ns) / 1e6


def _folded(name: str) -> str:
    written = anyascii(name).lower()
    return " ".join("".join(each if each.isalnum() else " " for each in written).split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
