"""A model as files: `<models>/<sha256>/manifest.json` and `arrays.npz`, named by content and never changed.

The manifest carries the arrays' hash and the folder's name is the manifest's hash, so one hash vouches for every byte. A sample
of inputs with their outputs travels with the model: whoever loads it scores the sample first and refuses a model that answers
otherwise.
"""

import hashlib
import io
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from kit.errors import DomainError
from risk.ensemble import Calibration, Ensemble
from risk.forest import Forest

FORMAT = 2
SAMPLE_ROWS = 256
# exp() may differ in its last bit between processors; a model that is another one differs by far more.
SAMPLE_TOLERANCE = 1e-9
_FOREST_ARRAYS = ("nodes", "leaf_values", "covers", "roots", "depths")


class BadExport(DomainError):
    """The files are not the model that the hash names, or the model does not answer as it did."""

    code = "bad-model-export"
    title = "A model export cannot be used"
    remedy = "Register the model again; the scorer goes on with the one it has."


@dataclass(frozen=True, slots=True)
class ModelExport:
    """A model with what is needed to explain and to check it.

    `features` names the columns in order; `quantiles` (F, 3) float32 are the training rows' 1st, 50th and 99th percentiles;
    `importance` (F,) float64 sums to one. `review_from` and `deny_from` are the thresholds chosen on validation.
    """

    name: str
    version: int
    feature_set: str
    features: tuple[str, ...]
    ensemble: Ensemble
    quantiles: NDArray[np.float32]
    importance: NDArray[np.float64]
    review_from: float
    deny_from: float
    sample: NDArray[np.float32]
    sample_probability: NDArray[np.float64]
    sample_anomaly: NDArray[np.float64]

    @property
    def model_id(self) -> str:
        """What a decision says about which model made it."""
        return f"{self.name}-{self.version}"

    def score(self, rows: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (probability, anomaly) of `rows` (n, F) float32."""
        return self.ensemble.score(rows)


class _Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int
    name: str
    version: int
    feature_set: str
    features: list[str]
    isolation_samples: int
    calibration: tuple[float, float, float]
    review_from: float
    deny_from: float
    arrays_sha256: str


def save_export(models: Path, export: ModelExport) -> str:
    """Write the export under `models` and return its sha256. Writing the same model twice is one folder."""
    arrays = _arrays_bytes(export)
    manifest = _manifest_bytes(export, arrays_sha256=hashlib.sha256(arrays).hexdigest())
    digest = hashlib.sha256(manifest).hexdigest()
    target = models / digest
    if target.exists():
        return digest
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".writing-") as temporary:
        folder = Path(temporary) / digest
        folder.mkdir()
        for name, content in (("arrays.npz", arrays), ("manifest.json", manifest)):
            with (folder / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        folder.rename(target)
    return digest


def load_export(models: Path, sha256: str) -> ModelExport:
    """Read an export and prove that it is what the hash names and answers as it did. Raises BadExport."""
    folder = models / sha256
    try:
        manifest_bytes = (folder / "manifest.json").read_bytes()
        arrays_bytes = (folder / "arrays.npz").read_bytes()
    except OSError as problem:
        raise BadExport(f"{sha256}: {problem.strerror}") from problem
    if hashlib.sha256(manifest_bytes).hexdigest() != sha256:
        raise BadExport(f"{sha256}: the manifest was changed")
    manifest = msgspec.json.decode(manifest_bytes, type=_Manifest)
    if manifest.format != FORMAT:
        raise BadExport(f"{sha256}: format {manifest.format}; this version reads {FORMAT}")
    if hashlib.sha256(arrays_bytes).hexdigest() != manifest.arrays_sha256:
        raise BadExport(f"{sha256}: the arrays were changed")
    export = _assemble(manifest, np.load(io.BytesIO(arrays_bytes), allow_pickle=False))
    _check_sample(export)
    return export


def find_export(models: Path, name: str) -> tuple[str, ModelExport]:
    """Return the hash and the export of a model by its hash, or by its id (`fraud-3`). Raises BadExport."""
    if (models / name / "manifest.json").is_file():
        return name, load_export(models, name)
    for path in sorted(models.glob("*/manifest.json")):
        manifest = msgspec.json.decode(path.read_bytes(), type=_Manifest)
        if f"{manifest.name}-{manifest.version}" == name:
            return path.parent.name, load_export(models, path.parent.name)
    raise BadExport(f"no model {name} under {models}")


def _check_sample(export: ModelExport) -> None:
    probability, anomaly = export.score(export.sample)
    worst = max(
        float(np.max(np.abs(probability - export.sample_probability))), float(np.max(np.abs(anomaly - export.sample_anomaly)))
    )
    if not worst <= SAMPLE_TOLERANCE:
        raise BadExport(f"{export.model_id}: the logged sample scores differently (by up to {worst:.3g})")


def _manifest_bytes(export: ModelExport, *, arrays_sha256: str) -> bytes:
    calibration = export.ensemble.calibration
    manifest = _Manifest(
        format=FORMAT,
        name=export.name,
        version=export.version,
        feature_set=export.feature_set,
        features=list(export.features),
        isolation_samples=export.ensemble.isolation_samples,
        calibration=(calibration.log_odds, calibration.anomaly, calibration.constant),
        review_from=export.review_from,
        deny_from=export.deny_from,
        arrays_sha256=arrays_sha256,
    )
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def _arrays_bytes(export: ModelExport) -> bytes:
    arrays: dict[str, Any] = {
        "fill": export.ensemble.fill,
        "quantiles": export.quantiles,
        "importance": export.importance,
        "sample": export.sample,
        "sample_probability": export.sample_probability,
        "sample_anomaly": export.sample_anomaly,
    }
    for prefix, forest in (("trees", export.ensemble.trees), ("isolation", export.ensemble.isolation)):
        arrays |= {f"{prefix}_{name}": getattr(forest, name) for name in _FOREST_ARRAYS}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _assemble(manifest: _Manifest, arrays: "np.lib.npyio.NpzFile") -> ModelExport:
    forests = {prefix: Forest(*(arrays[f"{prefix}_{name}"] for name in _FOREST_ARRAYS)) for prefix in ("trees", "isolation")}
    if arrays["fill"].shape != (len(manifest.features),):
        raise BadExport(f"{len(manifest.features)} features are named, {arrays['fill'].shape[0]} are meant")
    ensemble = Ensemble(
        trees=forests["trees"],
        isolation=forests["isolation"],
        isolation_samples=manifest.isolation_samples,
        fill=arrays["fill"],
        calibration=Calibration(*manifest.calibration),
    )
    return ModelExport(
        name=manifest.name,
        version=manifest.version,
        feature_set=manifest.feature_set,
        features=tuple(manifest.features),
        ensemble=ensemble,
        quantiles=arrays["quantiles"],
        importance=arrays["importance"],
        review_from=manifest.review_from,
        deny_from=manifest.deny_from,
        sample=arrays["sample"],
        sample_probability=arrays["sample_probability"],
        sample_anomaly=arrays["sample_anomaly"],
    )
