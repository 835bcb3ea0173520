"""The network learns with torch, the scorer's kernel computes what torch does, and the ONNX file is the same network."""

import dataclasses

import numpy as np
import onnx
import pytest
import torch
from sklearn.metrics import roc_auc_score

from pipelines.training import network as training
from pipelines.training.network import fit_network
from pipelines.training.onnx_file import INPUT, IR_VERSION, OPSET, OUTPUT, TOLERANCE, NetworkDiffers, as_onnx, prove, session
from risk.network import Network

FEATURES, ROWS = 20, 6_000
COLUMNS = np.array([0, 2, 3, 7, 11, 12], np.int64)


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    generator = np.random.default_rng(2)
    rows = generator.normal(size=(ROWS, FEATURES)).astype(np.float32)
    rows[:, 3] = np.exp(4 * rows[:, 3])  # an amount's long tail
    rows[generator.random(rows.shape) < 0.1] = np.nan
    rows[:, 12] = 1.0
    return rows


@pytest.fixture(scope="module")
def fraud(rows) -> np.ndarray:
    """The product of two features: nothing that a line could tell."""
    generator = np.random.default_rng(3)
    signal = np.nan_to_num(rows[:, 0]) * np.nan_to_num(rows[:, 7]) + np.isnan(rows[:, 2])
    return generator.random(ROWS) < 1 / (1 + np.exp(3 - 2 * signal))


def fitted(rows: np.ndarray, fraud: np.ndarray) -> Network:
    half = ROWS // 2
    weight = np.where(fraud[:half], 1.0, 2.0)
    found = fit_network(
        rows[:half], fraud[:half].astype(int), weight, stop_rows=rows[half:], stop_fraud=fraud[half:], columns=COLUMNS, seed=5
    )
    assert found is not None
    return found


@pytest.fixture(scope="module")
def network(rows, fraud) -> Network:
    return fitted(rows, fraud)


def logits(network: Network, rows: np.ndarray) -> np.ndarray:
    out = np.empty(len(rows))
    network.logits_into(np.ascontiguousarray(rows), out)
    return out


def test_it_learns_what_no_line_could_tell(network, rows, fraud):
    assert roc_auc_score(fraud[ROWS // 2 :], logits(network, rows[ROWS // 2 :])) > 0.8


def test_a_feature_that_never_varies_is_no_input(network):
    assert network.inputs.tolist() == [0, 2, 3, 7, 11]
    lonely = np.ones((10, FEATURES), np.float32)
    labels = np.arange(10) % 2
    found = fit_network(lonely, labels, np.ones(10), stop_rows=lonely, stop_fraud=labels.astype(bool), columns=COLUMNS, seed=1)
    assert found is None


def test_the_same_data_and_seed_give_the_same_network_and_nothing_else_is_seeded(network, rows, fraud):
    torch.manual_seed(99)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    again = fitted(rows, fraud)
    for field in dataclasses.fields(Network):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(network, field.name))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads


def in_torch(network: Network, rows: np.ndarray) -> np.ndarray:
    """The same weights through torch's own layers."""
    weights = {field.name: torch.from_numpy(getattr(network, field.name)) for field in dataclasses.fields(Network)}
    value = torch.from_numpy(rows)[:, weights["inputs"]]
    unknown = torch.isnan(value)
    distance = torch.where(unknown, 0.0, value.clamp(weights["low"], weights["high"]) - weights["centre"])
    z = torch.nn.functional.softsign(distance / weights["scale"])
    first = torch.relu(z @ weights["known"] + unknown.float() @ weights["unknown"] + weights["first_bias"])
    second = torch.relu(first @ weights["second"] + weights["second_bias"])
    return (second @ weights["last"] + weights["last_bias"]).numpy()


def test_the_kernel_answers_as_torch_does(network, rows):
    np.testing.assert_allclose(logits(network, rows), in_torch(network, rows), atol=TOLERANCE)


def hostile(rows: np.ndarray) -> np.ndarray:
    asked = rows[:500].copy()
    asked[0], asked[1], asked[2] = np.nan, np.inf, -np.inf
    return asked


@pytest.mark.parametrize("count", [1, 16, 500])
def test_the_file_alone_answers_as_the_kernel_does(network, rows, count):
    asked = hostile(rows)[:count]
    content = as_onnx(network, features=FEATURES)
    said = session(content).run([OUTPUT], {INPUT: asked})[0]
    assert said.shape == (count,)
    np.testing.assert_allclose(said, logits(network, asked), atol=TOLERANCE)
    assert prove(content, network, asked) <= TOLERANCE


def test_the_file_is_the_same_for_the_same_network_and_says_its_version(network):
    content = as_onnx(network, features=FEATURES)
    assert as_onnx(network, features=FEATURES) == content
    model = onnx.load_from_string(content)
    assert (model.opset_import[0].version, model.ir_version) == (OPSET, IR_VERSION)


def test_a_file_of_other_weights_is_refused(network, rows):
    other = dataclasses.replace(network, last_bias=network.last_bias + np.float32(0.01))
    with pytest.raises(NetworkDiffers, match=r"by up to 0\.01"):
        prove(as_onnx(other, features=FEATURES), network, rows[:100])


def test_what_is_not_installed_is_named(monkeypatch):
    assert training.missing() == []
    monkeypatch.setattr(training, "MODULES", ("torch", "no_such_library"))
    assert training.missing() == ["no_such_library"]
