"""A supervisor that dies leaves its servers behind: the next start ends them and has their ports again.

Alone, because another test that starts just then may take a port.
"""

import os
import signal

import pytest

from kit.localset.orphans import find_orphans
from tests.platform.conftest import SERVERS, eventually

pytestmark = [pytest.mark.servers, pytest.mark.alone]


def test_what_outlives_a_killed_supervisor_is_ended_and_keeps_its_ports(local_set):
    addresses = {part["name"]: part["address"] for part in local_set.status()["parts"]}
    daemon = int((local_set.supervisor.folder / "supervisord.pid").read_text())
    orphaned = {local_set.pid(name) for name in SERVERS}
    os.kill(daemon, signal.SIGKILL)
    eventually(lambda: not local_set.supervisor.alive(), what="the supervisor is gone")
    assert {process.pid for process in find_orphans(str(local_set.var))} == orphaned
    doctor = local_set.run("doctor", check=False)
    assert doctor.returncode == 1
    assert "4 of its programs still run" in doctor.stdout
    local_set.run("up", "--servers-only")
    assert {part["name"]: part["address"] for part in local_set.status()["parts"]} == addresses
    assert not orphaned & {local_set.pid(name) for name in SERVERS}
