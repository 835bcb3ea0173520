"""The ids of the simulated bank: the same seedless text for the same number, so that every run and every process agrees.

`c000042` a customer, `k00000168` card 0 of customer 42 (4 a customer), `d00000336` device 0 (8 a customer), `m00017` a
merchant, `t000051` a terminal, `p000000123` a payee at another bank, `i00004711` an internet address; accounts are UUIDv5 of
(tenant, customer, index).
"""

import uuid
from ipaddress import IPv4Address

from kit.ids import derived_id

CARDS_PER_CUSTOMER = 4
DEVICES_PER_CUSTOMER = 8
CHECKING, SAVINGS = 0, 1

CUSTOMER_DIGITS = 6
CARD_DIGITS = 8
DEVICE_DIGITS = 8
MERCHANT_DIGITS = 5
TERMINAL_DIGITS = 6
OUTSIDE_DIGITS = 9
ADDRESS_DIGITS = 8

FIRST_ADDRESS = IPv4Address("10.0.0.0")
"""Of RFC 1918's largest network: nobody's on the internet."""
ACCOUNT_NAMESPACE = uuid.UUID("2b1d6f0e-51f4-5c1e-8d0e-6f6a8f2c7a11")


def customer_id(number: int) -> str:
    """Return a customer's pseudonymous id."""
    return f"c{number:0{CUSTOMER_DIGITS}d}"


def card_id(number: int) -> str:
    """Return a card's token; the simulator knows no card numbers."""
    return f"k{number:0{CARD_DIGITS}d}"


def device_id(number: int) -> str:
    """Return a device's id."""
    return f"d{number:0{DEVICE_DIGITS}d}"


def merchant_id(number: int) -> str:
    """Return a merchant's id."""
    return f"m{number:0{MERCHANT_DIGITS}d}"


def terminal_id(number: int) -> str:
    """Return a terminal's id, which is the payee of a card payment."""
    return f"t{number:0{TERMINAL_DIGITS}d}"


def outside_payee_id(number: int) -> str:
    """Return the id of a payee or payer at another bank."""
    return f"p{number:0{OUTSIDE_DIGITS}d}"


def account_id(*, tenant_id: str, customer: int, index: int = CHECKING) -> uuid.UUID:
    """Return the id of a customer's account: index 0 is the checking account, 1 the savings account."""
    return derived_id(ACCOUNT_NAMESPACE, tenant_id, customer_id(customer), str(index))


def address_id(number: int) -> str:
    """Return the pseudonym of an internet address."""
    return f"i{number:0{ADDRESS_DIGITS}d}"


def internet_address(pseudonym: str) -> str:
    """Return the address that a simulated pseudonym stands for where a real one is asked for: one of 10.0.0.0/8 each."""
    return str(FIRST_ADDRESS + int(pseudonym[1:]))
