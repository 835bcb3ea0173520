"""A model as files: `<models>/<sha256>/manifest.json`, `arrays.npz` and, where it has a network, `network.onnx`.

They are named by content and never changed: the manifest carries the other files' hashes and the folder's name is the
manifest's hash, so one hash vouches for every byte. A sample of inputs with their outputs travels with the model: whoever loads
it scores the sample first and refuses a model that answers otherwise. The ONNX file is the network for other programs; the
scorer runs the same weights from the arrays (decision 14).
"""

import hashlib
import io
import os
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from kit.errors import DomainError
from risk.ensemble import Calibration, Curve, Ensemble
from risk.forest import Forest
from risk.network import Network

FORMAT = 2
SAMPLE_ROWS = 256
# exp() may differ in its last bit between processors; a model that is another one differs by far more.
SAMPLE_TOLERANCE = 1e-9
_FOREST_ARRAYS = ("nodes", "leaf_values", "covers", "roots", "depths")
_NETWORK_ARRAYS = tuple(field.name for field in fields(Network))
_CURVE_ARRAYS = tuple(field.name for field in fields(Curve))
MANIFEST, ARRAYS, NETWORK = "manifest.json", "arrays.npz", "network.onnx"


class BadExport(DomainError):
    """The files are not the model that the hash names, or the model does not answer as it did."""

    code = "bad-model-export"
    title = "A model export cannot be used"
    remedy = "Register the model again; the scorer goes on with the one it has."


@dataclass(frozen=True, slots=True)
class ModelExport:
    """A model with what is needed to explain and to check it.

    `features` names the columns in order; `quantiles` (F, 3) float32 are the training rows' 1st, 50th and 99th percentiles;
    `importance` (F,) float64 sums to one. `review_from` and `deny_from` are the thresholds chosen on validation. `onnx` is the
    ensemble's network as a file, from whole rows to logits, for programs other than the scorer.
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
    onnx: bytes | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a network without its file, or a file without its network."""
        if (self.onnx is None) != (self.ensemble.network is None):
            raise ValueError("a network and its ONNX file are exported together")

    @property
    def model_id(self) -> str:
        """What a decision says about which model made it."""
        return f"{self.name}-{self.version}"

    def score(self, rows: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (probability, anomaly) of `rows` (n, F) float32."""
        return self.ensemble.score(rows)


class _Stack(msgspec.Struct, frozen=True, kw_only=True):
    """Coefficients of the margin; whether its sigmoid is the probability (platt), or a curve in the arrays is (isotonic)."""

    log_odds: float
    anomaly: float
    network: float
    constant: float
    curve: Literal["platt", "isotonic"]


class _Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int
    name: str
    version: int
    feature_set: str
    features: list[str]
    isolation_samples: int
    calibration: _Stack
    review_from: float
    deny_from: float
    arrays_sha256: str
    network_sha256: str | None


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a manifest of any format says."""

    format: int
    name: str
    version: int


def save_export(models: Path, export: ModelExport) -> str:
    """Write the export under `models` and return its sha256. Writing the same model twice is one folder."""
    files = {ARRAYS: _arrays_bytes(export)} | ({} if export.onnx is None else {NETWORK: export.onnx})
    manifest = _manifest_bytes(export, hashes={name: hashlib.sha256(content).hexdigest() for name, content in files.items()})
    digest = hashlib.sha256(manifest).hexdigest()
    target = models / digest
    if target.exists():
        return digest
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".writing-") as temporary:
        folder = Path(temporary) / digest
        folder.mkdir()
        for name, content in (files | {MANIFEST: manifest}).items():
            with (folder / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        folder.rename(target)
    return digest


def load_export(models: Path, sha256: str) -> ModelExport:
    """Read an export and prove that it is what the hash names and answers as it did. Raises BadExport."""
    folder = models / sha256
    manifest_bytes = _read(folder, MANIFEST)
    if hashlib.sha256(manifest_bytes).hexdigest() != sha256:
        raise BadExport(f"{sha256}: the manifest was changed")
    head = msgspec.json.decode(manifest_bytes, type=_Head)
    if head.format != FORMAT:
        raise BadExport(
            f"{sha256}: {head.name}-{head.version} was exported in format {head.format}, and this version reads {FORMAT}: "
            "train a model anew (`baas models train`)"
        )
    manifest = msgspec.json.decode(manifest_bytes, type=_Manifest)
    arrays_bytes = _vouched(folder, ARRAYS, manifest.arrays_sha256)
    onnx = None if manifest.network_sha256 is None else _vouched(folder, NETWORK, manifest.network_sha256)
    export = _assemble(manifest, np.load(io.BytesIO(arrays_bytes), allow_pickle=False), onnx)
    _check_sample(export)
    return export


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as problem:
        raise BadExport(f"{folder.name}: {name}: {problem.strerror}") from problem


def _vouched(folder: Path, name: str, sha256: str) -> bytes:
    content = _read(folder, name)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BadExport(f"{folder.name}: {name} was changed")
    return content


def find_export(models: Path, name: str) -> tuple[str, ModelExport]:
    """Return the hash and the export of a model by its hash, or by its id (`fraud-3`). Raises BadExport."""
    if (models / name / MANIFEST).is_file():
        return name, load_export(models, name)
    for path in sorted(models.glob(f"*/{MANIFEST}")):
        head = msgspec.json.decode(path.read_bytes(), type=_Head)
        if f"{head.name}-{head.version}" == name:
            return path.parent.name, load_export(models, path.parent.name)
    raise BadExport(f"no model {name} under {models}")


def _check_sample(export: ModelExport) -> None:
    probability, anomaly = export.score(export.sample)
    worst = max(
        float(np.max(np.abs(probability - export.sample_probability))), float(np.max(np.abs(anomaly - export.sample_anomaly)))
    )
    if not worst <= SAMPLE_TOLERANCE:
        raise BadExport(f"{export.model_id}: the logged sample scores differently (by up to {worst:.3g})")


def _manifest_bytes(export: ModelExport, *, hashes: dict[str, str]) -> bytes:
    calibration = export.ensemble.calibration
    manifest = _Manifest(
        format=FORMAT,
        name=export.name,
        version=export.version,
        feature_set=export.feature_set,
        features=list(export.features),
        isolation_samples=export.ensemble.isolation_samples,
        calibration=_Stack(
            log_odds=calibration.log_odds,
            anomaly=calibration.anomaly,
            network=calibration.network,
            constant=calibration.constant,
            curve="platt" if calibration.curve is None else "isotonic",
        ),
        review_from=export.review_from,
        deny_from=export.deny_from,
        arrays_sha256=hashes[ARRAYS],
        network_sha256=hashes.get(NETWORK),
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
    parts = (("network", export.ensemble.network, _NETWORK_ARRAYS), ("curve", export.ensemble.calibration.curve, _CURVE_ARRAYS))
    for prefix, part, names in parts:
        if part is not None:
            arrays |= {f"{prefix}_{name}": getattr(part, name) for name in names}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _assemble(manifest: _Manifest, arrays: "np.lib.npyio.NpzFile", onnx: bytes | None) -> ModelExport:
    forests = {prefix: Forest(*(arrays[f"{prefix}_{name}"] for name in _FOREST_ARRAYS)) for prefix in ("trees", "isolation")}
    if arrays["fill"].shape != (len(manifest.features),):
        raise BadExport(f"{len(manifest.features)} features are named, {arrays['fill'].shape[0]} are meant")
    network = None if onnx is None else Network(*(arrays[f"network_{name}"] for name in _NETWORK_ARRAYS))
    if network is not None and network.inputs.max() >= len(manifest.features):
        raise BadExport("the network reads a feature that is not named")
    stack = manifest.calibration
    ensemble = Ensemble(
        trees=forests["trees"],
        isolation=forests["isolation"],
        isolation_samples=manifest.isolation_samples,
        fill=arrays["fill"],
        calibration=Calibration(
            log_odds=stack.log_odds,
            anomaly=stack.anomaly,
            constant=stack.constant,
            network=stack.network,
            curve=Curve(*(arrays[f"curve_{name}"] for name in _CURVE_ARRAYS)) if stack.curve == "isotonic" else None,
        ),
        network=network,
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
        onnx=onnx,
    )
