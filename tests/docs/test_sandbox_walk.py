"""The walk through the sandbox that partners read is one that works."""

import re

import pytest

from kit.settings import REPOSITORY_ROOT, Settings
from serving.identity.seed import SANDBOX, seed_demo
from tests.serving.conftest import Server, api, options, settings  # noqa: F401 (fixtures)

pytestmark = pytest.mark.servers
PAGE = REPOSITORY_ROOT / "docs" / "sandbox.md"


def test_the_walk_runs_as_it_is_written_and_pays_every_date(api: Server, settings: Settings, capsys):  # noqa: F811
    api.logins[SANDBOX] = seed_demo(settings.core.dsn("postgres"), SANDBOX, settings.secrets, sandbox=True)
    [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    exec(code, {"URL": api.url, "API_KEY": api.secret("sandbox-partner", SANDBOX)})  # noqa: S102 (our own page)
    said = capsys.readouterr().out
    assert "paid {'amount_minor': 600000, 'currency': 'BRL'}" in said
    assert "'holds': 1" in said
    # A long move takes as many requests as its time needs: the walk itself asks of each date whether it was paid.
    assert sum(map(int, re.findall(r"'schedules': (\d+)", said))) in range(1, 13)
