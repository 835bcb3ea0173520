"""Double-entry accounting on PostgreSQL: accounts, transfers, holds, entries. Knows no HTTP."""
