"""What scenarios ask beside payments, as frames: what customers declared, registered, and gave notice of. Pure.

Each row says from when on it holds, so that a past payment is compared with what held at its moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from ledger.days import start_ms
from pipelines.aml.repository import Rows
from pipelines.aml.scenarios.payments import History

INCOME = {"customer_id": pl.String, "income_minor": pl.Int64, "since": pl.Int64}
DEVICE = {"customer_id": pl.String, "device_id": pl.String, "since": pl.Int64, "until": pl.Int64}
ERASED = {"customer_id": pl.String}
NOTICE = {"account_id": pl.String, "day": pl.Date, "amount_minor": pl.Int64, "given_at": pl.Int64}
GAPS: Mapping[str, tuple[str, str]] = {
    "cash-without-notice": ("notices", "no withdrawal of those days had a notice, so that every large one is told of"),
    "unregistered-device": ("devices", "no device was ever registered, so that nothing is told of devices"),
    "customer-mismatch": ("incomes", "no income was ever declared, so that nothing is told of what is unlike one"),
}
"""By scenario: what it asks beside payments, and what follows where a bank has none of it."""


@dataclass(frozen=True, slots=True)
class Declared:
    """Frames with the columns of INCOME, DEVICE, NOTICE and ERASED; each is empty where a bank keeps none.

    `erased` are customers whose devices went with them.
    """

    incomes: pl.DataFrame
    devices: pl.DataFrame
    notices: pl.DataFrame
    erased: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ERASED))

    def history(self, payments: pl.DataFrame, accounts: pl.DataFrame, *, since: int) -> History:
        """Return a history that is compared with these."""
        return History(
            payments, accounts, since, devices=self.devices, notices=self.notices, incomes=self.incomes, erased=self.erased
        )  # fmt: skip

    def gap(self, scenario: str) -> str | None:
        """Return what a scenario lacks to tell by; None where it lacks nothing."""
        name, lacks = GAPS.get(scenario, (None, None))
        frames = {"incomes": self.incomes, "devices": self.devices, "notices": self.notices}
        return lacks if name is not None and frames[name].is_empty() else None


def declared(rows: Rows) -> Declared:
    """Return the rows of `repository.told` as frames."""
    incomes = pl.DataFrame(rows["incomes"], schema=INCOME | {"since": pl.Date}, orient="row")
    return Declared(
        incomes=incomes.with_columns(pl.Series("since", [start_ms(day) for day in incomes["since"]], dtype=pl.Int64)),
        devices=pl.DataFrame(rows["devices"], schema=DEVICE, orient="row"),
        notices=pl.DataFrame(rows["notices"], schema=NOTICE, orient="row"),
        erased=pl.DataFrame(rows["erased"], schema=ERASED, orient="row"),
    )


NOTHING = declared({"incomes": [], "devices": [], "notices": [], "erased": []})
