"""A model that was trained, before it has a version. Its libraries are loaded by whoever makes one: this names them alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from feature_store.definitions import FEATURE_NAMES, FEATURE_SET

if TYPE_CHECKING:
    import lightgbm as lgb

    from pipelines.training.findings import Findings
    from risk.ensemble import Ensemble
    from risk.export import ModelExport


@dataclass(frozen=True, slots=True)
class Trained:
    """A model without a version yet, and what is known of it. `onnx` is its network's file, where it has one."""

    ensemble: Ensemble
    booster: lgb.Booster
    review_from: float
    deny_from: float
    quantiles: NDArray[np.float32]
    importance: NDArray[np.float64]
    sample: NDArray[np.float32]
    metrics: dict[str, float]
    reference: dict[str, str | int]
    parameters: Mapping[str, Any]
    onnx: bytes | None = None
    findings: Findings | None = None

    def export(self, *, version: int) -> ModelExport:
        """Return what the scorer loads."""
        from pipelines.versions import MODEL_NAME
        from risk.export import ModelExport

        probability, anomaly = self.ensemble.score(self.sample)
        return ModelExport(
            name=MODEL_NAME,
            version=version,
            feature_set=FEATURE_SET,
            features=FEATURE_NAMES,
            ensemble=self.ensemble,
            quantiles=self.quantiles,
            importance=self.importance,
            review_from=self.review_from,
            deny_from=self.deny_from,
            sample=self.sample,
            sample_probability=probability,
            sample_anomaly=anomaly,
            onnx=self.onnx,
        )
