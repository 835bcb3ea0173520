"""The model card (Mitchell et al. 2019): what a version is for, what it learned from, how good it is, for whom, its limits."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from pipelines.training.findings import Findings
from pipelines.training.imbalance import USUAL
from pipelines.training.stack import Choice
from pipelines.training.trained import Trained
from pipelines.training.tuning import Tuned
from pipelines.versions import MODEL_NAME
from risk.gate import ALERT_SHARE

_FEW_FRAUDS = 30
_METRICS = {
    "auc": "area under the ROC curve",
    "average_precision": "average precision",
    "recall_at_alert_share": f"recall where {ALERT_SHARE:.1%} are looked at",
    "brier": "Brier score",
    "expected_calibration_error": "expected calibration error (ten bins of equal counts)",
}
Lines = Iterator[str]


def model_card(trained: Trained, findings: Findings, *, version: int) -> str:
    """Return the card as Markdown."""
    parts = (
        _head(trained, version),
        _data(trained, findings),
        _members(trained, findings),
        _metrics(findings),
        _calibration(findings),
        _imbalance(findings),
        _tuning(findings.tuned),
        _segments(findings),
        _costs(findings),
        _limits(findings),
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _head(trained: Trained, version: int) -> Lines:
    yield f"# {MODEL_NAME} {version}"
    yield ""
    yield (
        "Says how likely a transaction is to be a fraud before its money moves. The bank's policy turns that into allow, "
        "review, a challenge or a denial; rules and lists stand beside it. It is not for decisions about credit, or about "
        "who may be a customer, and nobody's account is closed by it."
    )
    yield ""
    yield f"It proposes to review from {trained.review_from:.4f} on and to deny from {trained.deny_from:.4f} on."


def _data(trained: Trained, findings: Findings) -> Lines:
    yield "## Data"
    yield ""
    yield "Vectors are those that each decision saw, folded again from the decision log; labels are those known at the cutoff."
    yield ""
    yield from _table(("reference", "value"), trained.reference.items())
    yield ""
    yield "Every slice is younger than the one before; each step sees only what comes before the slice that judges it."
    yield ""
    yield from _table(
        ("slice", "from (UTC)", "to (UTC)", "decisions", "known frauds"),
        (
            (each.use, _moment(each.first_ms), _moment(each.last_ms), f"{each.decisions:,}", f"{each.frauds:,}")
            for each in findings.slices
        ),
    )


def _members(trained: Trained, findings: Findings) -> Lines:
    ensemble, choice = trained.ensemble, findings.choice
    yield "## Members"
    yield ""
    yield f"- gradient trees (LightGBM): {len(ensemble.trees.roots)} trees over {len(ensemble.trees.columns)} features"
    isolation = ensemble.isolation
    yield f"- isolation forest (no labels): {len(isolation.roots)} trees over {len(isolation.columns)} features"
    yield f"- network: {findings.network}{_verdict(choice)}"
    yield ""
    yield from _table(("parameter of the trees", "value"), trained.parameters.items())
    yield ""
    yield "Smaller stacks, each calibrated on the same days as the whole one and judged on the youngest:"
    yield ""
    names = ("average_precision", "brier", "expected_calibration_error")
    yield from _table(
        ("members", *(_METRICS[name].partition(" (")[0] for name in names)),
        ((each.members, *(str(each.judged.intervals[name]) for name in names)) for each in findings.ablation),
    )


def _verdict(choice: Choice) -> str:
    if choice.with_network is None or choice.gain is None:
        return ""
    return (
        f". It {'takes part' if choice.keeps_network else 'was left out'}: on {choice.decisions:,} later decisions with "
        f"{choice.frauds} frauds the average precision is {choice.with_network:.4f} with it and {choice.without_network:.4f} "
        f"without (gain {choice.gain})"
    )


def _metrics(findings: Findings) -> Lines:
    judged = findings.judged
    yield "## How good it is"
    yield ""
    yield (
        f"On the youngest slice, {judged.transactions:,} decisions with {judged.frauds:,} known frauds, by which "
        "nothing was chosen. Intervals are 95%, bootstrap over decisions, frauds and others drawn apart."
    )
    yield ""
    yield from _table(("metric", "value"), ((_METRICS[name], interval) for name, interval in judged.intervals.items()))


def _calibration(findings: Findings) -> Lines:
    choice = findings.choice
    yield "## Calibration"
    yield ""
    taken = "Platt's curve" if choice.calibration.curve is None else "The isotonic curve"
    yield (
        f"{taken} is used. On {choice.decisions:,} later decisions: Brier score {choice.platt_brier:.6f} with Platt's and "
        f"{choice.isotonic_brier:.6f} with the isotonic one, calibration error {choice.platt_error:.5f} and "
        f"{choice.isotonic_error:.5f}. The isotonic one is taken when its Brier score is lower beyond chance."
    )
    yield ""
    yield "On the youngest slice, in bins of about as many expected frauds each:"
    yield ""
    yield from _table(
        ("decisions", "predicted", "observed", "95% of the observed"),
        (
            (
                f"{each.decisions:,}",
                f"{each.predicted:.4%}",
                f"{each.observed:.4%}",
                f"{each.observed_low:.4%} to {each.observed_high:.4%}",
            )
            for each in findings.reliability
        ),
    )


def _imbalance(findings: Findings) -> Lines:
    yield "## Few frauds among many"
    yield ""
    yield (
        "Short fits of the trees to the same decisions, judged on later ones. One that is better than the usual way "
        f"({USUAL}) beyond chance is taken."
    )
    yield ""
    yield from _table(
        ("learning", "average precision", "gain", ""),
        (
            (
                each.scheme,
                f"{each.average_precision:.4f}",
                "-" if each.scheme == USUAL else each.gain,
                "taken" if each.taken else "",
            )
            for each in findings.imbalance
        ),
    )


def _tuning(tuned: Tuned | None) -> Lines:
    yield "## Tuning"
    yield ""
    if tuned is None:
        yield "The parameters are the usual ones: nothing was tuned."
        return
    first, best = tuned.trials[0], tuned.best
    yield (
        f"{len(tuned.trials)} trials, bounded by {tuned.bound.trials} trials and {tuned.bound.minutes:g} minutes, on "
        f"{tuned.origins} rolling origins inside the days to learn from. Trial {best.number} is used: average precision "
        f"{best.average_precision:.4f} there, where the usual parameters have {first.average_precision:.4f}."
    )


def _segments(findings: Findings) -> Lines:
    yield "## By segment"
    yield ""
    yield (
        f"On the youngest slice, where {ALERT_SHARE:.1%} of all decisions are flagged. Expected frauds are the sum of the "
        f"probabilities: calibrated where they are about as many as there were. Below {_FEW_FRAUDS} frauds a line says little."
    )
    yield ""
    yield from _table(
        ("dimension", "group", "decisions", "frauds", "found", "false alarms", "expected frauds"),
        (
            (
                each.dimension, each.group, f"{each.decisions:,}", each.frauds,
                "-" if each.recall is None else f"{each.recall:.0%}", each.false_alarms, f"{each.expected_frauds:.1f}",
            )
            for each in findings.segments
        ),
    )  # fmt: skip


def _costs(findings: Findings) -> Lines:
    yield "## Costs by threshold"
    yield ""
    yield "By the default figures of `risk.costs`, in reais a thousand decisions of the youngest slice."
    yield ""
    yield from _table(
        ("looked at", "from probability", "cost", "of it frauds that nobody looked at"),
        (
            (
                f"{each.looked_at:.2%}",
                f"{each.review_from:.4f}",
                f"{each.cost_minor / 100:,.2f}",
                f"{each.frauds_missed_minor / 100:,.2f}",
            )
            for each in findings.costs
        ),
    )


def _limits(findings: Findings) -> Lines:
    small = sorted({f"{each.dimension} {each.group}" for each in findings.segments if each.frauds < _FEW_FRAUDS})
    yield "## Limits"
    yield ""
    yield "- It knows frauds that somebody reported within the label delay; what nobody reports, it learns as honest."
    yield "- What the bank refused is known only through the small control group that is let through."
    yield "- Frauds change: the figures are of the youngest slice, and the gate holds each version to the last weeks again."
    yield "- A probability is calibrated for all decisions together; the table by segment says where it is not."
    if small:
        yield f"- Too few frauds to judge it by: {', '.join(small)}."


def _moment(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Lines:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(str(cell) for cell in row)} |"
