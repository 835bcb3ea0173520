"""Curves of one training as pictures: precision and recall, ROC, reliability, and costs by threshold."""

import io
from collections.abc import Callable
from typing import Any

from sklearn.metrics import precision_recall_curve, roc_curve

from pipelines.training.findings import Findings

_SIZE_INCHES, _DPI = (6.0, 4.5), 110


def pictures(findings: Findings) -> dict[str, bytes]:
    """Return PNG files by name."""
    drawers: dict[str, Callable[[Any, Findings], None]] = {
        "precision_recall.png": _precision_recall,
        "roc.png": _roc,
        "reliability.png": _reliability,
        "costs.png": _costs,
    }
    return {name: _drawn(draw, findings) for name, draw in drawers.items()}


def _drawn(draw: Callable[[Any, Findings], None], findings: Findings) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE_INCHES, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    draw(axes, findings)
    axes.grid(alpha=0.3)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _precision_recall(axes: Any, findings: Findings) -> None:
    precision, recall, _ = precision_recall_curve(findings.fraud, findings.probability)
    axes.step(recall, precision, where="post")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    axes.set_title(f"Average precision {findings.judged.intervals['average_precision']}")


def _roc(axes: Any, findings: Findings) -> None:
    alarms, recall, _ = roc_curve(findings.fraud, findings.probability)
    axes.plot(alarms, recall)
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.set(xlabel="share of the honest flagged", ylabel="share of the frauds found", xlim=(0, 1), ylim=(0, 1.02))
    axes.set_title(f"Area under the ROC curve {findings.judged.intervals['auc']}")


def _reliability(axes: Any, findings: Findings) -> None:
    bins = [each for each in findings.reliability if each.observed > 0]
    predicted, observed = [each.predicted for each in bins], [each.observed for each in bins]
    reach = [[each.observed - each.observed_low for each in bins], [each.observed_high - each.observed for each in bins]]
    axes.errorbar(predicted, observed, yerr=reach, fmt="o", capsize=3)
    axes.plot([1e-5, 1], [1e-5, 1], linestyle=":", color="grey")
    axes.set(xlabel="predicted", ylabel="observed, 95%", xscale="log", yscale="log")
    axes.set_title(f"Calibration error {findings.judged.intervals['expected_calibration_error']}")


def _costs(axes: Any, findings: Findings) -> None:
    looked_at = [100 * each.looked_at for each in findings.costs]
    axes.plot(looked_at, [each.cost_minor / 100 for each in findings.costs], marker="o", label="all costs")
    missed = [each.frauds_missed_minor / 100 for each in findings.costs]
    axes.plot(looked_at, missed, marker="o", linestyle=":", label="frauds that nobody looked at")
    axes.set(xlabel="percent of the decisions looked at", ylabel="reais a thousand decisions", xscale="log")
    axes.legend()
    axes.set_title("Costs by threshold")
