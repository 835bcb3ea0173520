"""The bounds of every question to the graph, each with what is said when it is met."""

from cases.graph.model import DAY_MS

QUERY_S = 10.0
MAX_HOPS = 6
MAX_NEIGHBOUR_HOPS = 3
MAX_FAN_OUT = 200
DEFAULT_FAN_OUT = 50
MAX_WINDOW_MS = 400 * DAY_MS
# An account with more payments than this is not gone beyond: it is a till, a payroll or the bank, and joins everybody.
MOST_PAYMENTS = 20_000
MAX_ACCOUNTS = 2_000
MAX_FLOWS = 20_000
# Chains of payments that a search for cycles has in hand at a time.
MAX_CHAINS = 5_000
MAX_CYCLES = 100
