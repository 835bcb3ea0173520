"""`python -m pipelines.marts`: keep the marts up with the warehouse until SIGTERM; exits 1 when the warehouse is lost."""

import sys

from kit.behind import work_behind
from pipelines.marts.keeper import PROCESS, MartKeeper

if __name__ == "__main__":
    sys.exit(work_behind(PROCESS, MartKeeper))
