"""What the feature stores have of a person: daily profiles on file, and the newest ones online."""

from pathlib import Path
from typing import Any

import polars as pl

from feature_store.offline.files import replace_file
from governance.erasures.identifiers import Identifiers
from kit.settings import Settings
from pipelines.privacy.store import Alive

CUSTOMER = "customer_id"
TENANT = "tenant_id"


class ProfileFiles:
    """Rows of the customer, and of whatever has an id that tells, in every view."""

    def __init__(self, profiles: Path, *, tenant_id: str, who: Identifiers) -> None:
        self._profiles = profiles
        self._tenant_id = tenant_id
        self._who = who

    def count(self) -> int:
        """How many rows."""
        return sum(pl.scan_parquet(path).filter(found).select(pl.len()).collect().item() for path, found in self._files())

    def erase(self, alive: Alive) -> None:
        """Write the files that have some without them."""
        for path, found in self._files():
            rows = pl.read_parquet(path)
            kept = rows.filter(~found)
            if len(kept) < len(rows):
                replace_file(path, kept)
            alive()

    def note(self) -> str | None:
        """What is made anew is made of pseudonyms."""
        return "a day that is made anew from the log has the pseudonym's rows again, for as long as a window holds its payments"

    def _files(self) -> list[tuple[Path, pl.Expr]]:
        found = []
        for path in sorted(self._profiles.glob(f"*/{self._tenant_id}/*.parquet")):
            columns = pl.read_parquet_schema(path)
            texts = [name for name, kind in columns.items() if kind == pl.String and name != TENANT]
            wanted = {name: [*self._who.ids, *(self._who.customer_ids if name == CUSTOMER else ())] for name in texts}
            parts = [pl.col(name).is_in(values).fill_null(value=False) for name, values in wanted.items() if values]
            if parts:
                found.append((path, pl.any_horizontal(parts)))
        return found


class OnlineProfiles:
    """Feast's keys in Valkey: one for the customer's entity, and one for each id that tells, of any entity."""

    def __init__(self, settings: Settings, *, tenant_id: str, who: Identifiers, project: str) -> None:
        self._settings = settings
        self._tenant_id = tenant_id
        self._who = who
        self._project = project

    def count(self) -> int:
        """How many keys are there."""
        with _client(self._settings) as client:
            return int(client.exists(*self._keys()))

    def erase(self, alive: Alive) -> None:
        """Delete them."""
        with _client(self._settings) as client:
            client.delete(*self._keys())
        alive()

    def note(self) -> str | None:
        """Nothing is left."""
        return None

    def _keys(self) -> list[bytes]:
        from feast.infra.online_stores.helpers import _redis_key
        from feast.protos.feast.types.EntityKey_pb2 import EntityKey
        from feast.protos.feast.types.Value_pb2 import Value

        from feature_store.vocabulary import ID_FIELDS
        from pipelines.profiles.store import configuration, environment

        version = configuration(environment(self._settings, project=self._project))["entity_key_serialization_version"]
        fields = [(CUSTOMER, value) for value in self._who.customer_ids]
        fields += [(name, value) for name in ID_FIELDS.values() for value in self._who.ids]
        return [
            _redis_key(
                self._project,
                EntityKey(join_keys=[TENANT, name], entity_values=[Value(string_val=self._tenant_id), Value(string_val=value)]),
                entity_key_serialization_version=version,
            )
            for name, value in fields
        ]


def _client(settings: Settings) -> Any:
    from redis import Redis

    options: dict[str, Any] = dict(settings.valkey.client())
    return Redis(**options)
