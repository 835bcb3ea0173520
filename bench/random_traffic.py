"""Transactions for the scoring benches: skewed keys, one tenant, milliseconds apart, each a message as it arrives."""

import uuid

import msgspec
import numpy as np

from contracts.controls import ModelControl, PolicyControl

START_MS, STEP_MS = 1_764_000_000_000, 400
CUSTOMERS, PAYEES, USUAL_PAYEES = 50_000, 100_000, 5
NEW_PAYEES, STRANGE_DEVICES = 0.04, 0.002
TENANT = b"bench"
_CHANNELS = ("pix", "card", "ted", "boleto")
_TEMPLATE = (
    '{"schema":1,"transaction_id":"%s","tenant_id":"bench","source":"bench","external_id":"x%d","event_time":%d,'
    '"known_at":%d,"channel":"%s","direction":"debit","amount_minor":%d,"currency":"BRL","customer_id":"c%06d",'
    '"account_id":"a%06d","device_id":"d%06d","payee_id":"p%06d","country":"BR","latitude_e5":%d,"longitude_e5":%d,'
    '"entry_mode":"app"}'
)


def random_messages(
    count: int,
    *,
    seed: int,
    start_ms: int = START_MS,
    step_ms: int = STEP_MS,
    customers: int = CUSTOMERS,
    payees: int = PAYEES,
) -> list[bytes]:
    """Return `count` messages about 470 bytes long, in order of time; another seed gives other transaction ids."""
    rng = np.random.default_rng(seed)

    def skewed(size: int) -> list[int]:
        weights = 1.0 / np.arange(1, size + 1) ** 0.6
        chosen: list[int] = np.searchsorted(np.cumsum(weights / weights.sum()), rng.random(count)).clip(0, size - 1).tolist()
        return chosen

    ids = rng.bytes(16 * count)
    chosen_customers = skewed(customers)
    # People pay the same few others, and seldom from a phone that is not theirs.
    usual = (np.array(chosen_customers) * 7 + rng.integers(0, USUAL_PAYEES, count)) % payees
    chosen_payees = np.where(rng.random(count) < NEW_PAYEES, rng.integers(0, payees, count), usual).tolist()
    devices = np.where(rng.random(count) < STRANGE_DEVICES, rng.integers(0, customers, count), chosen_customers).tolist()
    channels = rng.integers(0, len(_CHANNELS), count).tolist()
    amounts = np.exp(rng.normal(8.5, 1.2, count)).astype(np.int64).clip(1).tolist()
    latitudes, longitudes = rng.integers(-3_000_000, 0, count).tolist(), rng.integers(-6_000_000, -4_000_000, count).tolist()
    return [
        (
            _TEMPLATE
            % (
                uuid.UUID(bytes=ids[16 * k : 16 * k + 16]), k, start_ms + k * step_ms, start_ms + k * step_ms,
                _CHANNELS[channels[k]], amounts[k], chosen_customers[k], chosen_customers[k], devices[k], chosen_payees[k],
                latitudes[k],
                longitudes[k],
            )
        ).encode()
        for k in range(count)
    ]  # fmt: skip


def champion_control(sha256: str) -> bytes:
    """Return the control that makes an export the champion."""
    control = ModelControl(
        control_id=str(uuid.uuid4()), known_at=START_MS, alias="champion", name="random", version=1, export_sha256=sha256
    )
    return msgspec.json.encode(control)


def quiet_policy() -> bytes:
    """Return a policy under which the model's score flags nothing: noise is then reviewed as seldom as real traffic is."""
    control = PolicyControl(
        control_id=str(uuid.uuid4()), known_at=START_MS, version="bench", review_from=1.0, deny_from=1.0, control_group_ppm=0
    )
    return msgspec.json.encode(control)
