"""What the environment says: settings, what is misspelt, and variables of ours that are no settings."""

import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_settings import EnvSettingsSource

from kit.settings.tree import LEVEL, PREFIX, Settings, settings

# Variables of ours that are no settings: caches, the tests' servers, what `baas up` and `make` pass on, the page's own server.
OTHER_VARIABLES = frozenset({"BAAS_CACHE", "BAAS_TEST_SERVERS", "BAAS_SETTINGS_SHA256", "BAAS_STARTED_AT", "BAAS_API"})


def named_in_environment() -> dict[str, Any]:
    """Return the settings that the environment names, as it gives them, but for where they are kept (`var`)."""
    named = EnvSettingsSource(Settings)()
    named.pop("var", None)
    return named


def forget_environment() -> None:
    """Take what the environment names out of it: for this process and those it starts, `var/local.json` alone counts."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        if name != "BAAS_VAR" and name not in OTHER_VARIABLES:
            del os.environ[name]
    settings.cache_clear()


def unknown_variables(names: Iterable[str]) -> dict[str, str | None]:
    """Return each of `names` that begins like a setting and is none, with the setting that it may have meant."""
    known = {name.upper(): is_open for name, is_open in _variables(Settings, PREFIX)}
    unknown = {}
    for name in sorted(names):
        upper = name.upper()
        if not upper.startswith(PREFIX) or upper in OTHER_VARIABLES or upper in known:
            continue
        if any(is_open and upper.startswith(before + LEVEL) for before, is_open in known.items()):
            continue
        unknown[name] = next(iter(get_close_matches(upper, known, n=1)), None)
    return unknown


def _variables(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, bool]]:
    """Yield (variable, whether names of any kind may follow it) of each setting."""
    for field, info in model.model_fields.items():
        kind = info.annotation
        yield prefix + field, getattr(kind, "__origin__", None) is dict
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _variables(kind, prefix + field + LEVEL)


def user_cache() -> Path:
    """Where what is made once serves every checkout and every `var/`: `$BAAS_CACHE`, else `~/.cache/baas`."""
    named = os.environ.get("BAAS_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "baas"
