"""The scorer as a later version would be: its catalogue has other features, and so its feature set has another name."""

import sys

from feature_store import definitions

GONE = definitions.QUOTIENT_FEATURES[-1].name
CATALOGUE = tuple(feature for feature in definitions.CATALOGUE if feature.name != GONE)

if __name__ == "__main__":
    definitions.CATALOGUE = CATALOGUE  # before anything else reads it
    from streams.scorer.__main__ import main

    sys.exit(main())
