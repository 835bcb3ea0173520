"""The platform operator's token: for what belongs to the whole deployment and to no tenant, such as the metrics of a worker.

A file that only this machine's operator can read, made at first start and shared by every worker. No tenant's role opens what
it opens: totals over all tenants would tell each of them about the others.
"""

import hmac
from pathlib import Path

from serving.identity.keys import kept_or_made

TOKEN_FILE = "platform-token"  # noqa: S105 (a file's name)
_SCHEME = b"bearer "


class PlatformToken:
    """The token in `folder`; replacing it takes a restart."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._token = kept_or_made(folder / TOKEN_FILE).encode()

    def admits(self, authorization: bytes | None) -> bool:
        """Whether this Authorization header carries the token as a bearer."""
        if authorization is None or authorization[: len(_SCHEME)].lower() != _SCHEME:
            return False
        return hmac.compare_digest(authorization[len(_SCHEME) :].strip(), self._token)
