"""The simulated app as a partner of the API: sends transfers with an API key, and the same key again until it has an answer."""

import json
import queue
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from contracts.transactions import Transaction
from kit.process import Lifecycle
from kit.settings import Http
from simulator.ids import internet_address
from simulator.notes import note_between

WORKERS = 4
QUEUE_BOUND = 512
REQUEST_TIMEOUT_S = 10.0
LONGEST_PAUSE_S = 10.0
TRIES = 60
"""How often one transfer is sent again while the API is away: about ten minutes."""
LOGINS_FILE = "logins.json"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer to send: its body, and what to do with the id that it gets."""

    key: str
    body: bytes
    answered: Callable[[str | None, int], None]


def api_key(secrets: Path, *, tenant_id: str) -> str | None:
    """Return the partner's key of a tenant from the logins that this machine made; None where there is none."""
    path = secrets / LOGINS_FILE
    if not path.exists():
        return None
    logins = json.loads(path.read_text()).get(tenant_id, [])
    return next((login["secret"] for login in logins if login["kind"] == "api-key"), None)


def transfer_body(transaction: Transaction, *, credit_account_id: str | None) -> bytes:
    """Return the body of `POST /v1/transfers` that means this transaction."""
    body: dict[str, object] = {
        "debit_account_id": transaction.account_id,
        "amount": {"amount_minor": transaction.amount_minor, "currency": transaction.currency},
        "channel": transaction.channel,
    }
    if credit_account_id is not None:
        body["credit_account_id"] = credit_account_id
    elif transaction.payee_id is not None:
        body["payee_id"] = transaction.payee_id
    for name in ("card_id", "device_id", "merchant_id", "mcc", "country", "latitude_e5", "longitude_e5", "entry_mode"):
        if (value := getattr(transaction, name)) is not None:
            body[name] = value
    if transaction.ip is not None:
        body["customer_ip"] = internet_address(transaction.ip)
    note = note_between(str(transaction.account_id), str(transaction.payee_id)) if transaction.payee_id is not None else None
    if note is not None:
        body["description"] = note
    return json.dumps(body).encode()


class Partner:
    """A few threads that send transfers from a bounded queue. `offer` says no when the queue is full: play by Kafka then."""

    def __init__(self, address: Http, *, key: str, lifecycle: Lifecycle) -> None:
        self._client = httpx.Client(
            base_url=f"http://{address.host}:{address.port}",
            headers={"X-Api-Key": key, "Content-Type": "application/json"},
            timeout=REQUEST_TIMEOUT_S,
        )
        self._lifecycle = lifecycle
        self._queue: queue.Queue[Transfer | None] = queue.Queue(QUEUE_BOUND)
        self._threads = [threading.Thread(target=self._work, name=f"partner-{n}", daemon=True) for n in range(WORKERS)]
        self._counting = threading.Lock()
        self._statuses: dict[int, int] = {}
        self.given_up = 0
        """Transfers that got no answer before the tries, or the process, were at their end."""
        for thread in self._threads:
            thread.start()

    def offer(
        self, transaction: Transaction, *, credit_account_id: str | None, answered: Callable[[str | None, int], None]
    ) -> bool:
        """Queue a transfer; False when too many wait already."""
        body = transfer_body(transaction, credit_account_id=credit_account_id)
        try:
            self._queue.put_nowait(Transfer(str(uuid.uuid4()), body, answered))
        except queue.Full:
            return False
        return True

    def answers(self) -> dict[int, int]:
        """How many transfers were answered with each status."""
        with self._counting:
            return dict(self._statuses)

    def close(self) -> None:
        """Let the threads finish what they have begun."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(REQUEST_TIMEOUT_S)
        self._client.close()

    def _work(self) -> None:
        while (transfer := self._queue.get()) is not None:
            response = self._send(transfer)
            with self._counting:
                if response is None:
                    self.given_up += 1
                    continue
                self._statuses[response.status_code] = self._statuses.get(response.status_code, 0) + 1
            transfer.answered(_transfer_id(response), response.status_code)

    def _send(self, transfer: Transfer) -> httpx.Response | None:
        """Send until there is an answer; the same Idempotency-Key makes it one transfer however often it is sent."""
        for attempt in range(TRIES):
            try:
                response = self._client.post("/v1/transfers", content=transfer.body, headers={"Idempotency-Key": transfer.key})
            except httpx.TransportError:
                response = None
            if response is not None and not _later(response):
                return response
            if self._lifecycle.wait(min(0.2 * 2**attempt, LONGEST_PAUSE_S)):
                return None
        return None


def _later(response: httpx.Response) -> bool:
    """Whether the same request is to be sent again: what went wrong is the other side's, or a twin of it is still at work.

    After a 5xx nobody knows whether the money moved; sent again under its key, it is the same transfer.
    """
    status = response.status_code
    return status >= 500 or status == 429 or (status == 409 and "retry-after" in response.headers)


def _transfer_id(response: httpx.Response) -> str | None:
    """The id stands in Location, whatever became of the transfer."""
    return response.headers.get("location", "").rpartition("/")[2] or None
