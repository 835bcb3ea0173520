"""What names lists in their versions and the weights they are judged by, without loading either."""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

WEIGHTS_FILE = "weights.json"


@cache
def weights_text() -> str:
    """Return the weights that come with the product, as they are written."""
    return (files("risk.screening") / WEIGHTS_FILE).read_text()


def book_key(versions: Iterable[tuple[str, int]]) -> bytes:
    """Return what names lists in their versions and the weights that come with the product: when it differs, screen again."""
    digest = hashlib.sha256(weights_text().encode())
    for list_id, version in sorted(versions):
        digest.update(f"\n{list_id} {version}".encode())
    return digest.digest()
