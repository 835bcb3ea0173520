"""`python -m risk.screening.warm_up`: compile what searches run, so that no request waits for it.

The machine code stays on the machine (`kit.kernels`): whoever searches in another process finds it there.
"""

from risk.screening.entry import Entry, ListedKind, ListedName
from risk.screening.index import Asked, Index
from risk.screening.pair import compare

LISTED, ASKED = "Warm Up", "Warm Upp"


def warm_up() -> None:
    """Search a list of made-up names, as every kind there is, and compare two of them."""
    entries = [
        Entry(entry_id=kind.value, kind=kind, names=[ListedName(LISTED)], births=["1971"], countries=["BR"])
        for kind in ListedKind
    ]
    index = Index(entries)
    for kind in ListedKind:
        index.find(Asked(ASKED, kind, ("1971",), ("BR",)))
    compare(ASKED, LISTED)


if __name__ == "__main__":
    warm_up()
