"""A customer's dashboard, folded from the days of their transactions. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from serving.analytics.repository import Row

IN = "credit"


@dataclass(slots=True)
class Flow:
    """Money in and out, in minor units of one currency, and how many transactions that were."""

    in_minor: int = 0
    out_minor: int = 0
    in_count: int = 0
    out_count: int = 0

    def add(self, row: Row) -> None:
        """Count a row of `repository.customer_days`."""
        amount_minor, transactions = int(str(row["amount_minor"])), int(str(row["transactions"]))
        if row["direction"] == IN:
            self.in_minor += amount_minor
            self.in_count += transactions
        else:
            self.out_minor += amount_minor
            self.out_count += transactions

    def shown(self) -> Row:
        """The flow as it is told."""
        return {
            "in_minor": self.in_minor,
            "out_minor": self.out_minor,
            "in_count": self.in_count,
            "out_count": self.out_count,
        }


def folded(rows: Iterable[Row]) -> Row:
    """Return `totals` by currency, `daily` by day and currency, and `channels` by channel and currency, each in order."""
    totals: defaultdict[tuple[str], Flow] = defaultdict(Flow)
    daily: defaultdict[tuple[object, str], Flow] = defaultdict(Flow)
    channels: defaultdict[tuple[str, str], Flow] = defaultdict(Flow)
    for row in rows:
        currency = str(row["currency"])
        for flow in (totals[(currency,)], daily[row["day"], currency], channels[str(row["channel"]), currency]):
            flow.add(row)
    return {
        "totals": [{"currency": key[0]} | flow.shown() for key, flow in sorted(totals.items())],
        "daily": [{"day": key[0], "currency": key[1]} | flow.shown() for key, flow in daily.items()],
        "channels": [{"channel": key[0], "currency": key[1]} | flow.shown() for key, flow in sorted(channels.items())],
    }
