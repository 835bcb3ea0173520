"""The demo tenant's logins and partner key: made once, kept in a private file, so that a second run prints the same."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from kit.ids import uuid7
from serving.edge.authentication import API_KEY_SEPARATOR, secret_hash
from serving.edge.principals import Role
from serving.identity.keys import write_private
from serving.identity.passwords import generate_password, hash_password
from serving.identity.service import new_secret

LOGINS_FILE = "logins.json"
DEMO_CUSTOMER = "c000042"
SANDBOX = "sandbox"
_USERS: tuple[tuple[str, Role], ...] = (
    ("admin", Role.ADMIN),
    ("risk", Role.RISK),
    ("compliance", Role.COMPLIANCE),
    ("customer", Role.CUSTOMER),
)


@dataclass(frozen=True, slots=True)
class Login:
    """One way in: `kind` is user (sign in with name and secret) or api-key (send the secret in X-Api-Key)."""

    kind: str
    name: str
    secret: str
    roles: list[str]
    tenant_id: str


def seed_demo(
    dsn: str, tenant_id: str, secrets_dir: Path, *, customer_id: str = DEMO_CUSTOMER, sandbox: bool = False
) -> list[Login]:
    """Make the tenant, its four users and its partner client, and return their logins. Safe to run again.

    A sandbox is one from its beginning: a tenant that is there already stays what it is.

    `dsn` is the core database's owner's. Passwords come from `secrets_dir/logins.json` when a run before this one made them;
    where the database already has another hash (the file was lost), the new password replaces it.
    """
    logins = _kept(secrets_dir, tenant_id) or _made(tenant_id)
    _keep(secrets_dir, tenant_id, logins)
    with psycopg.connect(dsn) as connection:
        made = connection.execute(
            "insert into identity.tenant (tenant_id, name) values (%s, %s) on conflict do nothing",
            (tenant_id, f"Bank {tenant_id}"),
        )
        if sandbox and made.rowcount:
            connection.execute("insert into bank.sandbox_clock (tenant_id) values (%s)", (tenant_id,))
        connection.execute(
            "insert into bank.customer (tenant_id, customer_id) values (%s, %s) on conflict do nothing",
            (tenant_id, customer_id),
        )
        for login in logins:
            if login.kind == "user":
                _store_user(connection, login, customer_id=customer_id if Role.CUSTOMER in login.roles else None)
            else:
                _store_client(connection, login)
    return logins


def _made(tenant_id: str) -> list[Login]:
    users = [
        Login("user", f"{name}@{tenant_id}.example", generate_password(), [role.value], tenant_id) for name, role in _USERS
    ]
    client_id = f"{tenant_id}-partner"
    key = f"{client_id}{API_KEY_SEPARATOR}{new_secret()}"
    return [*users, Login("api-key", client_id, key, [Role.PARTNER.value], tenant_id)]


def _kept(secrets_dir: Path, tenant_id: str) -> list[Login]:
    path = secrets_dir / LOGINS_FILE
    if not path.exists():
        return []
    return [Login(**entry) for entry in json.loads(path.read_text()).get(tenant_id, [])]


def _keep(secrets_dir: Path, tenant_id: str, logins: list[Login]) -> None:
    secrets_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = secrets_dir / LOGINS_FILE
    content = json.loads(path.read_text()) if path.exists() else {}
    content[tenant_id] = [asdict(login) for login in logins]
    write_private(path, json.dumps(content, indent=1) + "\n")


def _store_user(connection: psycopg.Connection, login: Login, *, customer_id: str | None) -> None:
    connection.execute(
        "insert into identity.login_user (user_id, tenant_id, email, display_name, password_hash, roles, customer_id) "
        "values (%s, %s, %s, %s, %s, %s, %s) on conflict (email) do update set password_hash = excluded.password_hash",
        (
            uuid7(),
            login.tenant_id,
            login.name,
            login.name.partition("@")[0].capitalize(),
            hash_password(login.secret),
            login.roles,
            customer_id,
        ),
    )


def _store_client(connection: psycopg.Connection, login: Login) -> None:
    secret = login.secret.partition(API_KEY_SEPARATOR)[2]
    connection.execute(
        "insert into identity.client (client_id, tenant_id, name, secret_hash, roles) values (%s, %s, %s, %s, %s) "
        "on conflict (client_id) do update set secret_hash = excluded.secret_hash, revoked_at = null",
        (login.name, login.tenant_id, f"{login.tenant_id} partner", secret_hash(secret), login.roles),
    )
