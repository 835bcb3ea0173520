"""A keep-alive HTTP/1.1 connection to one internal address: what the scorer's door needs, and no more."""

import asyncio
from collections.abc import Mapping

MAX_ANSWER_BYTES = 16 * 2**20
MAX_HEAD_BYTES = 16_384


class UnreadableAnswer(OSError):
    """What came back is not an HTTP/1.1 answer that we can read."""


class KeepAliveConnection:
    """One request at a time. After any error the connection is closed, and the next request opens another."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Send a JSON body and return (status, body). Raises OSError or EOFError; cancel it to bound it."""
        finished = False
        try:
            reader, writer = await self._connect()
            more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
            writer.write(
                f"POST {path} HTTP/1.1\r\nhost: {self._host}\r\ncontent-type: application/json\r\n{more}"
                f"content-length: {len(body)}\r\n\r\n".encode()
                + body
            )
            answer = await _read(reader)
            finished = True
            return answer
        finally:
            if not finished:
                self.close()

    @property
    def open(self) -> bool:
        """Whether there is a connection that served a request before; the other end may have closed it meanwhile."""
        return self._streams is not None

    def close(self) -> None:
        """Drop the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None or self._streams[0].at_eof() or self._streams[1].is_closing():
            self.close()
            self._streams = await asyncio.open_connection(self._host, self._port, limit=MAX_HEAD_BYTES)
        return self._streams


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as problem:
        raise UnreadableAnswer("the answer's head is too long") from problem
    lines = head.lower().split(b"\r\n")
    parts = lines[0].split(b" ")
    if len(parts) < 2 or not parts[1].isdigit():
        raise UnreadableAnswer("the answer has no status line")
    fields = dict(line.split(b": ", 1) for line in lines[1:] if b": " in line)
    if fields.get(b"transfer-encoding") == b"chunked":
        return int(parts[1]), await _read_chunks(reader)
    length = fields.get(b"content-length", b"")
    if not length.isdigit() or int(length) > MAX_ANSWER_BYTES:
        raise UnreadableAnswer("the answer has no usable length")
    return int(parts[1]), await reader.readexactly(int(length))


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    chunks: list[bytes] = []
    total_bytes = 0
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        total_bytes += size
        if total_bytes > MAX_ANSWER_BYTES:
            raise UnreadableAnswer("the answer is too long")
        chunks.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(chunks)
