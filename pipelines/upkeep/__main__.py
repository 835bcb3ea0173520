"""`python -m pipelines.upkeep`: do what comes round until SIGTERM; exits 1 when the warehouse is lost."""

import sys

from kit.behind import work_behind
from pipelines.upkeep.keeper import PROCESS, Upkeep

if __name__ == "__main__":
    sys.exit(work_behind(PROCESS, Upkeep))
