"""`python -m baas.bi`: write what is compiled from the catalogue of datasets; a test holds the files to it."""

import sys

from baas.bi import datasets, exposures


def main() -> int:
    """Write the datasets and the exposures, and remove datasets that are gone; returns 0."""
    wanted = datasets.files()
    datasets.FOLDER.mkdir(parents=True, exist_ok=True)
    for path in set(datasets.FOLDER.glob("*.yaml")) - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text)
    for path, text in exposures.files().items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
