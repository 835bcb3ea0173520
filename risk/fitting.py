"""A model that was trained before later features were there, as one that does not look at them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from feature_store.definitions import CATALOGUE, feature_set_of
from feature_store.vocabulary import Feature
from risk.export import BadExport, ModelExport


def fitted(export: ModelExport, catalogue: Sequence[Feature] = CATALOGUE) -> ModelExport:
    """Return the model with columns for the whole catalogue, which begins with its own features.

    Nothing is usual of what it never saw, and it reads none of it. Raises BadExport for a model of features that differ.
    """
    known = tuple(catalogue)[: len(export.features)]
    if export.feature_set != feature_set_of(known) or tuple(export.features) != tuple(feature.name for feature in known):
        raise BadExport(
            f"{export.model_id} was trained on {export.feature_set}; this engine computes {feature_set_of(tuple(catalogue))}"
        )
    more = len(catalogue) - len(known)
    if not more:
        return export
    ensemble = replace(export.ensemble, fill=np.append(export.ensemble.fill, np.zeros(more, np.float32)))
    return replace(
        export,
        feature_set=feature_set_of(tuple(catalogue)),
        features=tuple(feature.name for feature in catalogue),
        ensemble=ensemble,
        quantiles=np.concatenate((export.quantiles, np.full((more, 3), np.nan, np.float32))),
        importance=np.append(export.importance, np.zeros(more)),
        sample=np.ascontiguousarray(np.hstack((export.sample, np.full((len(export.sample), more), np.nan, np.float32)))),
    )
