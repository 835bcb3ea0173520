"""The marts that the analytics routes read, by audience: one entry each. Charts, exports and lineage derive from this list."""

from serving.analytics.catalogue import Dataset, UnknownDataset
from serving.analytics.datasets import compliance, customers, finance, money, payments, product, risk

DATASETS: tuple[Dataset, ...] = (
    *risk.DATASETS,
    *payments.DATASETS,
    *finance.DATASETS,
    *customers.DATASETS,
    *compliance.DATASETS,
    *product.DATASETS,
    *money.DATASETS,
)
DEFAULT = DATASETS[0].name
_BY_NAME = {dataset.name: dataset for dataset in DATASETS}


def dataset_of(name: str) -> Dataset:
    """Return a dataset. Raises UnknownDataset."""
    found = _BY_NAME.get(name)
    if found is None:
        raise UnknownDataset(f"there is no dataset {name}; there are: {', '.join(_BY_NAME)}", field="dataset")
    return found
