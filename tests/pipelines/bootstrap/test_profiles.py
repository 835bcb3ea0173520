"""The first start puts each customer's profile online, and a second start has nothing to do."""

from datetime import UTC, datetime

import pytest

from kit.settings import Kafka, PostgresServer, Settings
from pipelines.bootstrap.run import put_profiles_online
from pipelines.marts import build
from pipelines.profiles import is_online
from tests.dbt.rows import Decided, Raw
from tests.servers import Servers

pytestmark = pytest.mark.servers

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def settings(
    servers: Servers, feast_warehouse: PostgresServer, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    Raw(feast_warehouse).add(*(Decided(event_time=NOON, customer_id=f"c{number:06d}") for number in range(3)))
    found = Settings(var=tmp_path_factory.mktemp("var"), warehouse=feast_warehouse, kafka=kafka, valkey=servers.valkey)
    build(found)
    return found


def test_each_customer_s_profile_is_put_online_by_the_first_start_alone(settings: Settings, project: str) -> None:
    said: list[str] = []
    put_profiles_online(settings, said.append, project=project)
    assert said == ["3 customer profiles are online"]
    assert is_online(settings)
    put_profiles_online(settings, said.append, project=project)
    assert len(said) == 1
