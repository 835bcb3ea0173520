"""Training: a set built by the fold; trees, an isolation forest and a network, stacked, calibrated and tested on later time."""

import os

# Read when the libraries of trees are loaded, so before their import. By default their threads burn time while they wait for
# each other: on a machine that does anything else, training took three times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
