"""People who were in the database before who they are was sealed: they are sealed on the way, and nothing is lost."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.config import Config

from contracts import sealed as kinds
from kit.migrations import FOLDER, migrate
from kit.settings import PostgresServer, settings
from kit.subject_keys import SealedRecords, Subject, local_keys

pytestmark = pytest.mark.servers
ROWS = """
insert into bank.customer (tenant_id, customer_id) values ('demo', 'ana'), ('demo', 'rui');
insert into bank.person (tenant_id, customer_id, full_name, email, document, phone, address, birth_year)
values ('demo', 'ana', 'Ana Souza', 'ana@example.org', '39053344705', '+5571999990000', '{"city": "Salvador"}', 1987),
       ('demo', 'rui', null, null, null, null, null, 1990);
insert into bank.beneficiary (beneficiary_id, tenant_id, customer_id, nickname, bank_code, branch, account_number, created_at,
                              cooling_until)
values (gen_random_uuid(), 'demo', 'ana', 'Mum', '60701190', '0001', '777-1', now(), now());
insert into bank.external_account (external_account_id, tenant_id, customer_id, holder_name, bank_code, branch, account_number,
                                   currency, first_minor, second_minor, tries_left, expires_at, created_at)
values (gen_random_uuid(), 'demo', 'rui', 'Rui Lima', '60701190', '0001', '888-1', 'BRL', 1, 2, 3, now(), now());
delete from bank.history_change;
"""


@pytest.fixture
def database(servers, tmp_path, monkeypatch) -> Iterator[PostgresServer]:
    """A core of the version before, and a place for keys."""
    monkeypatch.setenv("BAAS_VAR", str(tmp_path))
    settings.cache_clear()
    name = f"core_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(servers.core.dsn("postgres", dbname="postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name}")
    found = servers.core.model_copy(update={"dbname": name})
    config = Config()
    config.set_main_option("script_location", str(FOLDER / "core"))
    config.attributes["url"] = found.url("postgres").replace("postgresql://", "postgresql+psycopg://", 1)
    command.upgrade(config, "0022_own_triggers")
    yield found
    settings.cache_clear()
    with psycopg.connect(servers.core.dsn("postgres", dbname="postgres"), autocommit=True) as admin:
        admin.execute(f"drop database {name} with (force)")


def test_what_was_readable_is_sealed_found_by_its_index_and_the_read_side_is_not_told_anew(database):
    with psycopg.connect(database.dsn("postgres")) as connection:
        connection.execute(ROWS.encode())
    migrate(database.url("postgres"), server="core")
    with psycopg.connect(database.dsn("postgres")) as connection:
        people = connection.execute(
            "select customer_id, sealed, document_index, birth_year from bank.person order by customer_id"
        ).fetchall()
        [payee] = connection.execute("select customer_id, sealed from bank.beneficiary").fetchall()
        [elsewhere] = connection.execute("select customer_id, sealed from bank.external_account").fetchall()
        assert connection.execute("select count(*) from bank.history_change").fetchone() == (0,)
    keys = local_keys(settings())
    records = SealedRecords(keys)
    told = [records.open(Subject("demo", who), content, kind=kinds.PERSON) for who, content, *_ in people]
    assert told[0] == {
        "full_name": "Ana Souza", "email": "ana@example.org", "document": "39053344705", "phone": "+5571999990000",
        "address": {"city": "Salvador"},
    }  # fmt: skip
    assert told[1] == dict.fromkeys(kinds.PERSON_FIELDS)
    assert [row[2] for row in people] == [keys.blind("demo", kinds.DOCUMENT, "39053344705"), None]
    assert [row[3] for row in people] == [1987, 1990]
    assert records.open(Subject("demo", payee[0]), payee[1], kind=kinds.BENEFICIARY)["account_number"] == "777-1"
    assert records.open(Subject("demo", elsewhere[0]), elsewhere[1], kind=kinds.EXTERNAL_ACCOUNT)["holder_name"] == "Rui Lima"
