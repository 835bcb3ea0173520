"""Which code a state was made by."""

import hashlib
import sys
from functools import cache

from kit.settings import REPOSITORY_ROOT

# Whatever decides how a state comes about and how it lies in memory. A change there makes every earlier snapshot unfit: better
# one fold too many than a state that today's code would not have made.
SOURCES = (
    "feature_store/stream/*.py", "feature_store/columns.py", "feature_store/kernels.py", "feature_store/vocabulary.py",
    "scoring/*.py", "contracts/controls.py", "contracts/decisions.py", "contracts/labels.py", "contracts/outcomes.py",
)  # fmt: skip


@cache
def state_version() -> str:
    """Return a hash of the code that makes a state, and of how this machine orders bytes."""
    digest = hashlib.blake2b(sys.byteorder.encode(), digest_size=16)
    for pattern in SOURCES:
        for path in sorted(REPOSITORY_ROOT.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
