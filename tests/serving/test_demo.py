"""What a demo's bank is told is kept once, as the routes keep it, and nothing that somebody changed is undone."""

from datetime import date
from pathlib import Path

import psycopg
import pytest

from kit.settings import Settings
from pipelines.history import load_history
from serving.demo import Kept, keep_declared
from simulator.bank import Plan
from simulator.files import write
from simulator.ids import account_id
from tests.serving.conftest import Server
from tests.serving.test_transfers import CLOCK

pytestmark = pytest.mark.servers
NUMBER = 42
WHO = f"c{NUMBER:06d}"


def silent(_line: str) -> None:
    pass


@pytest.fixture(scope="module")
def folder(api: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of 200 whose accounts are open and that was told nothing yet."""
    made = tmp_path_factory.mktemp("bank")
    until_ms = CLOCK.now_ms() // 3_600_000 * 3_600_000
    write(made, Plan(customers=200, days=3, seed=13, until_ms=until_ms))
    load_history(api.settings, made, until_day=date(2000, 1, 1), progress=silent)
    return made


class Killed(RuntimeError):
    pass


def rows(api: Server, table: str) -> int:
    with psycopg.connect(api.settings.core.dsn("audit")) as connection:
        found = connection.execute(f"select count(*) from bank.{table} where tenant_id = 'demo'").fetchone()
    assert found is not None
    return int(found[0])


def test_killed_on_the_way_it_goes_on_and_keeps_everything_once(api: Server, settings: Settings, folder: Path) -> None:
    before = {table: rows(api, table) for table in ("declared_income", "device", "withdrawal_notice")}

    def dies(line: str) -> None:
        if line.startswith("declared: 50 customers up to c000099"):
            raise Killed(line)

    with pytest.raises(Killed):
        keep_declared(settings, folder, progress=dies, batch_customers=50)
    begun = {table: rows(api, table) - count for table, count in before.items()}
    assert begun["device"] > 0
    assert begun["declared_income"] > 0
    assert begun["withdrawal_notice"] == 0
    kept = keep_declared(settings, folder, progress=silent)
    assert kept.devices > 0
    assert kept.notices > 0
    total = {table: rows(api, table) - count for table, count in before.items()}
    assert total["device"] == begun["device"] + kept.devices
    assert total["declared_income"] == begun["declared_income"] + kept.incomes
    assert total["withdrawal_notice"] == kept.notices
    assert keep_declared(settings, folder, progress=silent) == Kept()


def test_the_routes_tell_what_was_kept_and_go_on_from_it(api: Server, settings: Settings, folder: Path) -> None:
    keep_declared(settings, folder, progress=silent)
    office, partner = api.browser("admin"), api.partner()
    income = office.get(f"/v1/customers/{WHO}/income").json()
    assert (income["holds"]["kept_by"], income["holds"]["monthly"]["currency"]) == ("system:demo", "BRL")
    devices = partner.get(f"/v1/customers/{WHO}/devices").json()["devices"]
    first, waiting = f"d{NUMBER * 8:08d}", f"d{NUMBER * 8 + 3:08d}"
    states = {each["device_id"]: each["state"] for each in devices}
    assert (states[first], states[waiting]) == ("registered", "asked")
    assert partner.post(f"/v1/customers/{WHO}/devices/{waiting}/confirmation").json()["state"] == "registered"
    account = account_id(tenant_id="demo", customer=NUMBER)
    assert partner.get(f"/v1/accounts/{account}/withdrawal-notices").json()["notices"]


def test_what_people_changed_since_stays_as_they_left_it(api: Server, settings: Settings, folder: Path) -> None:
    keep_declared(settings, folder, progress=silent)
    office, partner, first = api.browser("admin"), api.partner(), f"d{NUMBER * 8:08d}"
    assert partner.delete(f"/v1/customers/{WHO}/devices/{first}").json()["state"] == "removed"
    wanted = {"monthly_minor": 123_400, "source": "statement", "declared_on": "2025-11-20"}
    said = office.put(f"/v1/customers/{WHO}/income", json=wanted).json()
    assert keep_declared(settings, folder, progress=silent) == Kept()
    assert office.get(f"/v1/customers/{WHO}/income").json() == said
    states = [
        each["state"] for each in partner.get(f"/v1/customers/{WHO}/devices").json()["devices"] if each["device_id"] == first
    ]
    assert states == ["removed"]


def test_nothing_is_kept_of_whoever_has_left(api: Server, settings: Settings, folder: Path) -> None:
    keep_declared(settings, folder, progress=silent)
    left = "c000043"
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        for table in ("declared_income", "device"):
            connection.execute(f"delete from bank.{table} where tenant_id = 'demo' and customer_id = %s", (left,))
        connection.execute("update bank.customer set status = 'closed' where tenant_id = 'demo' and customer_id = %s", (left,))
    assert keep_declared(settings, folder, progress=silent) == Kept()
