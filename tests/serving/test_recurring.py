"""What comes again as customers, partners and staff read it: the next to come first, their own."""

import psycopg
import pytest

from tests.serving.conftest import Server
from tests.serving.test_reading import MART

pytestmark = pytest.mark.servers
ROUTE = "/v1/insights/recurring"
ACCOUNT = "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb"
ROWS = f"""
insert into marts.recurring_payments
select tenant, series, customer, '{ACCOUNT}', direction, category, 'm1', 'BRL', 'monthly', '2025-01-12', '2025-11-12', 11,
    amount, next_day, next_day - 1, next_day + 2, amount, amount + 100, category = 'leisure',
    '2025-11-24', '2025-11-25 06:00+00'
from (values
    ('demo', 's-ended', 'c-ana', 'out', 'leisure', 1000, null::date),
    ('demo', 's-later', 'c-ana', 'in', 'salary', 500000, date '2025-12-05'),
    ('demo', 's-next', 'c-ana', 'out', 'leisure', 3990, date '2025-12-01'),
    ('demo', 's-bia', 'c-bia', 'out', 'home', 120000, date '2025-12-10'),
    ('other', 's-other', 'c-ana', 'out', 'home', 666, date '2025-11-30')
) given (tenant, series, customer, direction, category, amount, next_day);
"""


@pytest.fixture(scope="module")
def bank(api: Server) -> Server:
    """Two customers with series, and the demo's customer made one of the two."""
    with psycopg.connect(api.settings.warehouse.dsn("postgres")) as connection:
        connection.execute(MART)
        connection.execute(ROWS)
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        connection.execute("update identity.login_user set customer_id = 'c-ana' where email = 'customer@demo.example'")
    return api


def test_the_next_to_come_is_first_and_what_has_ended_last(bank: Server) -> None:
    answer = bank.partner().get(ROUTE, params={"customer_id": "c-ana"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["customer_id"], told["as_of"]) == ("c-ana", "2025-11-24")
    assert [item["series_id"] for item in told["items"]] == ["s-next", "s-later", "s-ended"]
    assert told["items"][0] == {
        "series_id": "s-next", "account_id": ACCOUNT, "direction": "out", "category": "leisure", "counterparty": "m1",
        "currency": "BRL", "period": "monthly", "first_day": "2025-01-12", "last_day": "2025-11-12", "payments": 11,
        "amount_minor": 3990, "next_day": "2025-12-01", "earliest_day": "2025-11-30", "latest_day": "2025-12-03",
        "low_minor": 3990, "high_minor": 4090, "subscription": True,
    }  # fmt: skip
    assert told["items"][2]["next_day"] is None


def test_a_customer_reads_their_own_whomever_they_name(bank: Server) -> None:
    customer = bank.browser("customer")
    for params in ({}, {"customer_id": "c-ana"}, {"customer_id": "c-bia"}):
        assert customer.get(ROUTE, params=params).json()["customer_id"] == "c-ana"


def test_staff_must_say_whose(bank: Server) -> None:
    admin = bank.browser("admin")
    refused = admin.get(ROUTE)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")
    assert admin.get(ROUTE, params={"customer_id": "c-bia"}).json()["items"][0]["category"] == "home"


def test_of_whom_nothing_is_known_nothing_comes_again(bank: Server) -> None:
    told = bank.partner().get(ROUTE, params={"customer_id": "c-nobody"}).json()
    assert told == {"customer_id": "c-nobody", "as_of": None, "items": []}
