"""The built front end, from memory: whatever is no route of the API is a file of it, or its one page."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

API_PREFIXES = ("/v1/", "/.well-known/", "/docs", "/problems")
IMMUTABLE_PREFIX = "/assets/"
MAX_TOTAL_BYTES = 64 * 2**20
_COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    compressed: bytes | None
    media_type: str
    etag: str
    cache_control: str


class Frontend:
    """An ASGI application for GET and HEAD. Without a build it leads to the documentation."""

    def __init__(self, folder: Path) -> None:
        self._files = _load(folder) if folder.is_dir() else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, with the page for a path of the app's own router, or raise 404 or 405."""
        request = Request(scope)
        path = request.url.path
        if path.startswith(API_PREFIXES):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        await self._response(request, path)(scope, receive, send)

    def _response(self, request: Request, path: str) -> Response:
        file = self._files.get(path)
        if file is None:
            if "." in path.rsplit("/", 1)[-1]:
                raise HTTPException(HTTPStatus.NOT_FOUND)
            file = self._files.get("/index.html")
        if file is None:
            if path != "/":
                raise HTTPException(HTTPStatus.NOT_FOUND)
            return RedirectResponse("/docs")
        headers = {"ETag": file.etag, "Cache-Control": file.cache_control, "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == file.etag:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(file.compressed, media_type=file.media_type, headers=headers | {"Content-Encoding": "gzip"})
        return Response(file.content, media_type=file.media_type, headers=headers)


def _load(folder: Path) -> dict[str, _File]:
    found = {}
    total_bytes = 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix == ".map":
            continue
        content = path.read_bytes()
        total_bytes += len(content)
        if total_bytes > MAX_TOTAL_BYTES:
            raise ValueError(f"{folder} holds more than {MAX_TOTAL_BYTES} bytes; that is no build of ours")
        url = "/" + path.relative_to(folder).as_posix()
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        media_type = {"text/javascript": "application/javascript"}.get(media_type, media_type)
        found[url] = _File(
            content=content,
            compressed=gzip.compress(content, 6) if media_type.startswith(_COMPRESSED) else None,
            media_type=media_type,
            etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
            cache_control="public, max-age=31536000, immutable" if url.startswith(IMMUTABLE_PREFIX) else "no-cache",
        )
    return found
