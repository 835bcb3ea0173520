"""Prepare Superset and serve it, in one process: tables, roles, two logins, and every dashboard under `assets/`.

Run at each start: what is there is brought to what `assets/` says, by its uuid, and nothing is there twice.

    SUPERSET_METADATA_URI=postgresql+psycopg2://… SUPERSET_MARTS_URI=… SUPERSET_KEYS_DIR=… SUPERSET_HOME=… \
        .venv/bin/python start.py --port 8088
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ASSETS = HERE / "assets"
# Where the databases' assets leave room for the address of the marts, which has a password in it.
MARTS_URI = "${SUPERSET_MARTS_URI}"
# Each login with its roles: an analyst makes charts and asks SQL of their own, an administrator makes logins too.
LOGINS = {"admin": ("Admin",), "analyst": ("Alpha", "sql_lab")}
THREADS = 8
TIMEOUT_S = 120


def contents(folder: Path, *, marts_uri: str) -> dict[str, str]:
    """Return every asset by its path, with the address of the marts in its place. Pure but for reading the files."""
    quoted = json.dumps(marts_uri)[1:-1]
    return {
        path.relative_to(folder).as_posix(): path.read_text().replace(MARTS_URI, quoted)
        for path in sorted(folder.rglob("*.yaml"))
    }


def prepare(app: Any) -> None:
    """Bring the metadata database, the logins and the dashboards up to date."""
    import superset
    from flask import g
    from flask_migrate import upgrade
    from superset import appbuilder, security_manager
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    with app.app_context():
        upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
    with app.app_context():
        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        secrets = json.loads((Path(os.environ["SUPERSET_KEYS_DIR"]) / "superset.json").read_text())
        for name, roles in LOGINS.items():
            _give_login(security_manager, name, secrets[name], roles=roles)
        g.user = security_manager.find_user("admin")
        ImportAssetsCommand(contents(ASSETS, marts_uri=os.environ["SUPERSET_MARTS_URI"])).run()


def _give_login(security_manager: Any, name: str, password: str, *, roles: tuple[str, ...]) -> None:
    """Make a login, or give it its password again."""
    from werkzeug.security import check_password_hash

    user = security_manager.find_user(name)
    if user is None:
        found = [security_manager.find_role(role) for role in roles]
        user = security_manager.add_user(name, name.capitalize(), "BaaS", f"{name}@bi.example", found, password=password)
        if not user:
            raise SystemExit(f"the login {name} could not be made")
    elif not check_password_hash(user.password, password):
        security_manager.reset_password(user.id, password)


def serve(app: Any, *, host: str, port: int) -> None:
    """Serve it until SIGTERM: one process that has the application already, and threads."""
    from gunicorn.app.base import BaseApplication

    class Served(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in (
                ("bind", f"{host}:{port}"),
                ("workers", 1),
                ("worker_class", "gthread"),
                ("threads", THREADS),
                ("timeout", TIMEOUT_S),
                ("preload_app", True),
                ("control_socket_disable", True),
                ("limit_request_line", 8_190),
                ("worker_tmp_dir", os.environ["SUPERSET_HOME"]),
            ):
                self.cfg.set(name, value)

        def load(self) -> Any:
            return app

    Served().run()


def main() -> int:
    """Prepare, and serve."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8088)
    parser.add_argument("--prepare-only", action="store_true", help="do not serve")
    options = parser.parse_args()
    Path(os.environ["SUPERSET_HOME"]).mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SUPERSET_CONFIG_PATH", str(HERE / "superset_config.py"))
    from superset.app import create_app
    from superset.extensions import db

    app = create_app()
    prepare(app)
    if options.prepare_only:
        return 0
    with app.app_context():
        db.engine.dispose()  # connections are no good on the other side of a fork
    serve(app, host=options.host, port=options.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
