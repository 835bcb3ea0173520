"""The books recounted: entries in their order, counters, holds, reversals, and that no money was made."""

from psycopg import Connection

from ledger.verification import repository
from ledger.verification.finding import Wrong


def verify_entries(connection: Connection) -> None:
    """Check numbers, order and balances of each account's entries. Raises Wrong."""
    row = repository.first(connection, repository.ENTRIES)
    if row is None:
        return
    account_id, version, should_be, recounted, balance = row
    if version != should_be:
        differs = f"entry {should_be} of the account is missing"
    elif balance != recounted:
        differs = f"balance_after_minor is {balance} and the entries give {recounted}"
    else:
        differs = "it was booked before the entry before it"
    raise Wrong(differs, ("ledger.entry", f"({account_id}, {min(version, should_be)})"))


def verify_accounts(connection: Connection) -> None:
    """Check counters against entries, holds and reversals, accounts against their transfers, and the sums. Raises Wrong."""
    if row := repository.first(connection, repository.MOVED):
        differs = "there is no such transfer" if row[1] else "its two entries do not move what it says"
        raise Wrong(differs, ("ledger.entry", f"of transfer {row[0]}"), ("ledger.transfer", row[0]))
    if row := repository.first(connection, repository.ACCOUNTS):
        differs = "there is no such account, and it has entries" if row[1] else "its counters are not those of its entries"
        raise Wrong(differs, ("ledger.account", row[0]), ("ledger.entry", f"of account {row[0]}"))
    if row := repository.first_with_wrong_holds(connection):
        raise Wrong("its pending amounts are not those of its holds", ("ledger.account", row[0]))
    if row := repository.first(connection, repository.REVERSED):
        raise Wrong("reversed_minor is not the sum of its reversals", ("ledger.transfer", row[0]))
    if row := repository.first(connection, repository.KEPT_UNDER):
        raise Wrong(f"it is kept under {row[1]} in {row[2]}, and transfer {row[3]} is not", ("ledger.account", row[0]))
    if row := repository.first(connection, repository.TOTALS):
        raise Wrong("debits are not credits", ("ledger.account", f"of {row[0]} in {row[1]}"))
