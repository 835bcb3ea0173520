"""A checkout in a folder that only root may enter still gets its PostgreSQL, which does not run as root."""

import os
import shutil

import pytest

from kit.localset import account
from kit.localset.postgres import PostgresNode


@pytest.fixture
def closed(tmp_path):
    """A folder under one that nobody else may enter, as `mktemp -d` makes it."""
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o700)
    folder = shut / "var"
    folder.mkdir()
    yield folder
    if os.geteuid() == 0:
        shutil.rmtree(account.relocate(folder), ignore_errors=True)


def test_the_data_folder_is_made_where_the_servers_account_can_reach_it(closed):
    node = PostgresNode(name="core", folder=closed / "core", port=20_000, password="a-password")
    node.prepare()
    owner = node.account.uid if node.account else os.geteuid()
    assert (node.data / "PG_VERSION").read_text().strip() == "18"
    assert node.data.stat().st_uid == owner
    assert node.folder.resolve() == node.data.resolve()
    assert node.run(node.programs / "postgres", "-D", node.data, "-C", "port", timeout_s=30).strip() == "20000"


def test_preparing_again_keeps_the_data(closed):
    node = PostgresNode(name="core", folder=closed / "core", port=20_000, password="a-password")
    node.prepare()
    made = (node.data / "PG_VERSION").stat().st_mtime_ns
    again = PostgresNode(name="core", folder=closed / "core", port=20_001, password="a-password")
    again.prepare()
    assert (again.data / "PG_VERSION").stat().st_mtime_ns == made
    assert "port = '20001'" in (again.data / "localset.conf").read_text()


def test_an_initialisation_that_was_cut_short_is_begun_anew(closed):
    node = PostgresNode(name="core", folder=closed / "core", port=20_000, password="a-password")
    half = node.data.with_name("core.part")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    node.prepare()
    assert (node.data / "postgresql.conf").exists()
    assert not half.exists()


def test_a_process_id_file_that_names_another_program_is_dropped(closed):
    node = PostgresNode(name="core", folder=closed / "core", port=20_000, password="a-password")
    node.prepare()
    stale = node.data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n")
    node.prepare()
    assert not stale.exists()
