"""A network as one file, and back: arrays by name, a format, and nothing that is run."""

import io
import zipfile
from typing import Any

import numpy as np

from kit.errors import DomainError
from risk.graph_network.network import LAYERS, Layer, Member, Network, Scaling, Way

FORMAT = 1
FILE = "network.npz"
# A network is some 100 kB.
MAX_BYTES = 32 * 2**20
_MAX_MEMBERS = 16
_WAYS = ("from_payers", "from_payees")
_OF_WAY = ("of_account", "of_pair", "bias")


class BadNetwork(DomainError):
    """The file is no network that this version can run."""

    code = "bad-graph-network"
    title = "A graph network cannot be used"
    remedy = "Train one anew with `baas graph-network train`; scores of the last night stay."


def encode(network: Network) -> bytes:
    """Return the file."""
    arrays: dict[str, Any] = {"format": np.array(FORMAT), "members": np.array(len(network.members))}
    for name, scaling in (("accounts", network.accounts), ("pairs", network.pairs)):
        arrays |= {f"{name}.centre": scaling.centre, f"{name}.scale": scaling.scale}
    for number, member in enumerate(network.members):
        arrays |= {
            f"{number}.first": member.first, f"{number}.first_bias": member.first_bias, f"{number}.last": member.last,
            f"{number}.last_bias": np.array(member.last_bias),
        }  # fmt: skip
        for at, layer in enumerate(member.layers):
            arrays |= {f"{number}.{at}.weight": layer.weight, f"{number}.{at}.bias": layer.bias}
            arrays |= {f"{number}.{at}.{way}.{part}": getattr(getattr(layer, way), part) for way in _WAYS for part in _OF_WAY}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def decode(content: bytes) -> Network:
    """Return the network of a file. Raises BadNetwork."""
    if len(content) > MAX_BYTES:
        raise BadNetwork(f"{len(content)} bytes; at most {MAX_BYTES} are read")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            found = int(arrays["format"])
            if found != FORMAT:
                raise BadNetwork(f"it is of format {found}, and this version reads {FORMAT}")
            count = int(arrays["members"])
            if not 0 < count <= _MAX_MEMBERS:
                raise BadNetwork(f"{count} members; there are 1 to {_MAX_MEMBERS}")
            accounts, pairs = (Scaling(arrays[f"{name}.centre"], arrays[f"{name}.scale"]) for name in ("accounts", "pairs"))
            return Network(accounts, pairs, tuple(_member(arrays, number) for number in range(count)))
    except (KeyError, EOFError, OSError, ValueError, zipfile.BadZipFile) as problem:
        raise BadNetwork(f"it is no network: {problem}") from problem


def _member(arrays: Any, number: int) -> Member:
    layers = [_layer(arrays, f"{number}.{at}") for at in range(LAYERS)]
    return Member(
        first=arrays[f"{number}.first"],
        first_bias=arrays[f"{number}.first_bias"],
        layers=tuple(layers),
        last=arrays[f"{number}.last"],
        last_bias=float(arrays[f"{number}.last_bias"]),
    )


def _layer(arrays: Any, name: str) -> Layer:
    from_payers, from_payees = (Way(*(arrays[f"{name}.{way}.{part}"] for part in _OF_WAY)) for way in _WAYS)
    return Layer(from_payers, from_payees, arrays[f"{name}.weight"], arrays[f"{name}.bias"])
