"""The models in use: the champion decides, a challenger is scored beside it. An export is checked before it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.controls import ModelControl
from feature_store.definitions import CATALOGUE, feature_set_of
from feature_store.vocabulary import Feature
from risk.contributions import Contributions
from risk.export import ModelExport, load_export
from risk.fitting import fitted
from risk.policy import MILLIONTHS, millionths
from risk.reasons import Explainer


@dataclass(frozen=True, slots=True)
class Model:
    """A model with its thresholds in millionths."""

    export: ModelExport
    review_from_millionths: int
    deny_from_millionths: int

    @property
    def model_id(self) -> str:
        """What decisions say about which model made them."""
        return self.export.model_id

    @property
    def columns(self) -> frozenset[int]:
        """The features that the model looks at."""
        return self.export.ensemble.columns

    def score_millionths(self, x: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (probability, anomaly) in whole millionths: these decide, and these are written."""
        probability, anomaly = self.export.score(x)
        return np.rint(probability * MILLIONTHS).astype(np.int64), np.rint(anomaly * MILLIONTHS).astype(np.int64)


class Models:
    """Which exports are in use."""

    def __init__(self, folder: Path, *, catalogue: Sequence[Feature] = CATALOGUE) -> None:
        self._folder = folder
        self._catalogue = tuple(catalogue)
        self.feature_set = feature_set_of(self._catalogue)
        self.champion: Model | None = None
        self._named_challenger: Model | None = None
        self.explainer = Explainer(catalogue=self._catalogue)

    def use(self, control: ModelControl) -> None:
        """Take a model. Raises BadExport when the files, the features or the sample are not what they should be."""
        export = fitted(load_export(self._folder, control.export_sha256), self._catalogue)
        export.ensemble.warm_up()
        model = Model(export, millionths(export.review_from), millionths(export.deny_from))
        if control.alias == "challenger":
            self._named_challenger = model
            return
        self.champion = model
        contributions = Contributions.of(export.ensemble)
        contributions.warm_up()
        self.explainer = Explainer(export.quantiles, contributions, catalogue=self._catalogue)

    @property
    def challenger(self) -> Model | None:
        """The model that is tried beside the champion; none while it is the champion itself, or nothing decides."""
        named = self._named_challenger
        if named is None or self.champion is None or named.model_id == self.champion.model_id:
            return None
        return named
