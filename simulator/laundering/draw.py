"""What schemes are drawn with: people, moments, amounts, and payments as rows."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np

from kit.ids import INBOUND_NAMESPACE, derived_id
from simulator.codes import DAY_MS, HOUR_MS, MINUTE_MS

Row = dict[str, object]
Place = tuple[int, int]
SOURCE = "schemes"


class Kind(StrEnum):
    """What a planted scheme is: one, nearly one, or lawful life that looks like one."""

    SCHEME = "scheme"
    NEAR_MISS = "near-miss"
    TWIN = "twin"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of ours and whose it is."""

    account_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """One that was planted: what it is of which scenario, about which account, and the payments that make it."""

    scheme_id: str
    scenario: str
    kind: Kind
    account_id: str
    transactions: Sequence[str]


@dataclass(slots=True)
class Draw:
    """Chance, and what has been drawn so far. Whoever takes part in a scheme opened their account for it."""

    rng: np.random.Generator
    tenant_id: str
    run: str
    rows: list[Row] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    devices: list[tuple[str, str, int, int | None]] = field(default_factory=list)
    notices: list[tuple[str, date, int, int]] = field(default_factory=list)
    incomes: list[tuple[str, int, int]] = field(default_factory=list)
    _strangers: int = 0

    def someone(self) -> Account:
        """Return a customer of ours who is in no other scheme."""
        number = len(self.accounts)
        account_id = str(derived_id(INBOUND_NAMESPACE, self.tenant_id, SOURCE, self.run, "account", str(number)))
        self.accounts.append(Account(account_id, f"{self.run}-c{number:06d}"))
        return self.accounts[-1]

    def several(self, count: int) -> list[Account]:
        """Return some of them."""
        return [self.someone() for _ in range(count)]

    def stranger(self) -> str:
        """Return somebody at another bank whom nobody here knows."""
        self._strangers += 1
        return f"q{self.run}-{self._strangers:06d}"

    def strangers(self, count: int) -> list[str]:
        """Return some of them."""
        return [self.stranger() for _ in range(count)]

    def between(self, low: float, high: float) -> int:
        """Return a whole number from low to high."""
        return round(self.rng.uniform(low, high))

    def spread(self, start_ms: int, count: int, *, within_ms: int) -> list[int]:
        """Return moments in order, the first at the start and all within so long."""
        gaps = self.rng.uniform(0.2, 1.0, max(count - 1, 0))
        steps = np.concatenate(([0.0], np.cumsum(gaps)))
        return [start_ms + int(step / max(steps[-1], 1e-9) * within_ms * 0.96) for step in steps]

    def register(self, who: Account, device_id: str, *, since: int, until: int | None = None) -> None:
        """One of ours lets payments come from a device, for some time."""
        self.devices.append((who.customer_id, device_id, since, until))

    def give_notice(self, who: Account, day: date, amount_minor: int, *, given_at: int) -> None:
        """One of ours says that they will take out so much on a day."""
        self.notices.append((who.account_id, day, amount_minor, given_at))

    def declare(self, who: Account, income_minor: int, *, since: int) -> None:
        """One of ours says what they earn in a month."""
        self.incomes.append((who.customer_id, income_minor, since))

    def pay(
        self, at: int, payer: Account, payee: str, amount_minor: int, *, channel: str = "pix", device: str | None = None
    ) -> str:
        """One of ours pays."""
        return self._row(at, payer, amount_minor, direction="debit", payee=payee, channel=channel, entry="app", device=device)

    def receive(self, at: int, account: Account, payer: str, amount_minor: int, *, channel: str = "pix") -> str:
        """One of ours is paid by somebody at another bank."""
        return self._row(at, account, amount_minor, direction="credit", payee=payer, channel=channel, entry="transfer")

    def cash(self, at: int, account: Account, amount_minor: int, *, place: Place, machine: bool, is_out: bool = False) -> str:
        """One of ours brings cash, or takes some."""
        return self._row(
            at, account, amount_minor, direction="debit" if is_out else "credit", payee=None, channel="cash",
            entry="atm" if machine else "branch", place=place,
        )  # fmt: skip

    def buy(self, at: int, account: Account, amount_minor: int, *, place: Place) -> str:
        """One of ours pays by card in a shop."""
        return self._row(
            at, account, amount_minor, direction="debit", payee=self.stranger(), channel="card", entry="chip", place=place
        )

    def place(self) -> Place:
        """Return somewhere in and around São Paulo, in degrees times 100,000."""
        return int(-2_355_000 + self.rng.normal(0, 12_000)), int(-4_663_000 + self.rng.normal(0, 12_000))

    def _row(
        self, at: int, account: Account, amount_minor: int, *, direction: str, payee: str | None, channel: str, entry: str,
        place: Place | None = None, device: str | None = None,
    ) -> str:  # fmt: skip
        external = f"{self.run}-{len(self.rows):07d}"
        transaction_id = str(derived_id(INBOUND_NAMESPACE, self.tenant_id, SOURCE, external))
        self.rows.append(
            {
                "transaction_id": transaction_id, "external_id": external, "event_time": at, "channel": channel,
                "direction": direction, "amount_minor": int(amount_minor), "customer_id": account.customer_id,
                "account_id": account.account_id, "payee_id": payee, "entry_mode": entry, "country": "BR",
                "device_id": device,
                "latitude_e5": place[0] if place else None, "longitude_e5": place[1] if place else None,
            }
        )  # fmt: skip
        return transaction_id


def scheme_id_of(scenario: str, kind: Kind, number: int) -> str:
    """Return what a planted scheme is called."""
    return str(uuid.uuid5(INBOUND_NAMESPACE, f"scheme:{scenario}:{kind}:{number}"))


__all__ = ["DAY_MS", "HOUR_MS", "MINUTE_MS", "Account", "Draw", "Kind", "Row", "Scheme", "scheme_id_of"]
