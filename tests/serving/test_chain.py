"""The chain over HTTP: blocks and keys for all, proofs of one's own, and a stranger's script that believes nothing."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from kit.ids import uuid7
from kit.postgres import connect
from kit.settings import REPOSITORY_ROOT, Chain, Settings
from ledger.accounts import NewAccount, open_accounts
from ledger.chain.canonical import Block, header, signed
from ledger.chain.keys import ED25519, PrivateKeys
from ledger.chain.repository import read_keys
from ledger.chain.sealer import Sealer, rotate
from ledger.chain.work import block_hash
from ledger.postings import Kind, PostingRequest
from serving.identity.seed import DEMO_CUSTOMER
from tests.ledger.chain.little_bank import LittleBank
from tests.serving.conftest import Server

pytestmark = pytest.mark.servers
SCRIPT = REPOSITORY_ROOT / "docs" / "verify_transfer.py"
# Answers of this API, from before a rotation, after it, and of a block that two keys signed.
PAGES_PROOFS = REPOSITORY_ROOT / "frontend" / "src" / "features" / "chain" / "proofs.golden.json"


class Sealed:
    """A bank, its chain, and every transfer of it."""

    def __init__(self, bank: LittleBank, sealer: Sealer, sealing: psycopg.Connection, keys: PrivateKeys) -> None:
        self.bank = bank
        self.sealer = sealer
        self.sealing = sealing
        self.keys = keys
        self.kinds = bank.everything()
        self.seal()
        rotate(sealing, keys=keys, clock=bank.clock)
        last = bank.request()
        bank.post(*[bank.request(amount_minor=1) for _ in range(12)], last)
        self.kinds["of the second key"] = last.transfer_id
        self.seal()

    def seal(self) -> None:
        assert self.sealer.seal()
        assert self.sealer.gather()


@pytest.fixture(scope="module")
def sealed(api: Server, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    folder = tmp_path_factory.mktemp("chain")
    keys = PrivateKeys(folder / "keys")
    with (
        connect(settings.core.dsn("postgres"), application="test-sealer") as sealing,
        connect(settings.core.dsn("api"), application="test") as posting,
    ):
        sealing.execute("set role sealer")
        bank = LittleBank(posting)
        sealer = Sealer(
            sealing, keys=keys, anchor=folder / "anchor.json", chain=Chain(block_ms=0, work_ms=1, ml_dsa=True), clock=bank.clock
        )
        yield Sealed(bank, sealer, sealing, keys)


@pytest.fixture(scope="module")
def operator(api: Server) -> httpx.Client:
    return api.browser("admin")


def proof_of(client: httpx.Client, transfer_id: Any) -> dict[str, Any]:
    answer = client.get(f"/v1/ledger/transfers/{transfer_id}/proof")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def judged(proof: dict[str, Any], folder: Path, *options: str) -> tuple[int, str]:
    """Let the script judge a proof, with nothing of ours in reach; returns its status and what it said."""
    (folder / "proof.json").write_text(json.dumps(proof))
    script = folder / SCRIPT.name
    script.write_text(SCRIPT.read_text())
    done = subprocess.run(
        [sys.executable, "-I", script.name, "proof.json", *options], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_blocks_are_listed_from_the_newest_and_found_by_height(operator: httpx.Client, sealed: Sealed) -> None:
    page = operator.get("/v1/ledger/blocks?limit=1").json()
    assert [block["height"] for block in page["items"]] == [1]
    rest = operator.get("/v1/ledger/blocks", params={"cursor": page["next_cursor"]}).json()
    assert [block["height"] for block in rest["items"]] == [0]
    block = operator.get("/v1/ledger/blocks/1").json()
    assert block["previous_hash"] == rest["items"][0]["hash"]
    assert [signature["key_id"] for signature in block["signatures"]] == sorted(block["key_ids"])
    assert operator.get("/v1/ledger/blocks/2").status_code == 404
    head = operator.get("/v1/ledger/head").json()
    keys = operator.get("/v1/ledger/keys").json()["items"]
    assert head["block"] == block
    assert head["first_key"] == keys[0]["key_id"]
    assert [key["from_height"] for key in keys] == [0, 0, 1, 1]


def test_the_script_believes_the_proof_of_every_kind_of_transfer(
    operator: httpx.Client, sealed: Sealed, tmp_path: Path
) -> None:
    head = operator.get("/v1/ledger/head").json()
    ours = {name: transfer_id for name, transfer_id in sealed.kinds.items() if name != "observed"}
    for name, transfer_id in ours.items():
        proof = proof_of(operator, transfer_id)
        known = ["--first-key", head["first_key"], "--block", proof["block"]["hash"]]
        status, said = judged(proof, tmp_path, *known)
        assert (status, name) == (0, name), said
        assert f"Proved: transfer {transfer_id} ({proof['transfer']['status']}, " in said


def test_the_script_believes_no_proof_in_which_anything_was_changed(
    operator: httpx.Client, sealed: Sealed, tmp_path: Path
) -> None:
    proof = proof_of(operator, sealed.kinds["of the second key"])
    believed = []
    for place, change in changes(proof):
        changed = json.loads(json.dumps(proof))
        inner = changed
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = change
        status, said = judged(changed, tmp_path)
        if status != 1 or not said.startswith("NOT PROVED: "):
            believed.append((place, said))
    assert believed == []


def changes(proof: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Where a proof can be changed, and to what; of the keys only those that this block's signatures lead back through."""
    transfer, block = proof["transfer"], proof["block"]
    yield from ((("transfer", name), other(value)) for name, value in transfer.items() if value is not None)
    yield from ((("block", name), other(value)) for name, value in block.items() if name not in ("signatures", "key_ids"))
    yield ("block", "key_ids"), block["key_ids"][:1]
    yield from ((("block", "signatures", n, "signature"), other(s["signature"])) for n, s in enumerate(block["signatures"]))
    yield ("kept_hash",), other(proof["kept_hash"])
    yield ("digest",), other(proof["digest"])
    yield ("position",), proof["position"] + 1
    yield from ((("path", n), other(sibling)) for n, sibling in enumerate(proof["path"]))
    yield ("path",), proof["path"][:-1]
    signing = [n for n, key in enumerate(proof["keys"]) if key["key_id"] in block["key_ids"]]
    yield from ((("keys", n, "endorsement"), other(proof["keys"][n]["endorsement"])) for n in signing)
    yield from ((("keys", n, "public_key"), other(proof["keys"][n]["public_key"])) for n in signing)
    yield from ((("keys", n, "from_height"), 0) for n in signing)


def other(value: Any) -> Any:
    """A value of the same kind that is another."""
    if isinstance(value, int):
        return value + 1
    return ("0" if value[0] != "0" else "1") + value[1:]


@pytest.mark.parametrize(("by", "status"), [(-2, 0), (0, 1)])
def test_the_script_believes_a_later_key_only_by_the_word_of_the_one_in_force(
    operator: httpx.Client, sealed: Sealed, tmp_path: Path, by: int, status: int
) -> None:
    """A block as its maker would have signed it, and as somebody would who has the first key, which was replaced since."""
    proof = proof_of(operator, sealed.kinds["of the second key"])
    endorser = next(key for key in read_keys(sealed.sealing) if key.key_id == proof["keys"][by]["key_id"])
    moment_us = max(key["made_at_us"] for key in proof["keys"]) + 1
    height = proof["block"]["height"]
    made = sealed.keys.make(ED25519, from_height=height, made_at_us=moment_us, endorsed_by=endorser)
    proof["keys"].append(
        {name: getattr(made, name) for name in ("key_id", "algorithm", "from_height", "made_at_us", "endorsed_by")}
        | {"public_key": made.public_key.hex(), "endorsement": made.endorsement.hex()}
    )
    signed_again(proof["block"], made.key_id, sealed.keys)
    assert judged(proof, tmp_path, "--first-key", proof["keys"][0]["key_id"])[0] == status


def signed_again(block: dict[str, Any], key_id: str, keys: PrivateKeys) -> None:
    """Have another key sign the block, with no work to speak of."""
    known = {name: block[name] for name in Block.__slots__} | {"key_ids": [key_id], "difficulty": 1, "nonce": 0}
    hashes = ("previous_hash", "merkle_root", "batch_hash", "hash")
    changed = Block(**known | {name: bytes.fromhex(known[name]) for name in hashes})
    found = block_hash(header(changed), nonce=0)
    signature = keys.sign(key_id, signed(found, work_us=changed.work_us))
    block |= {"key_ids": [key_id], "difficulty": 1, "nonce": 0, "hash": found.hex()}
    block["signatures"] = [{"key_id": key_id, "algorithm": ED25519, "signature": signature.hex()}]


def test_the_script_wants_the_key_and_the_block_that_its_reader_knows(
    operator: httpx.Client, sealed: Sealed, tmp_path: Path
) -> None:
    proof = proof_of(operator, sealed.kinds["posted"])
    assert judged(proof, tmp_path, "--first-key", "0" * 32)[0] == 1
    assert judged(proof, tmp_path, "--block", "0" * 64)[0] == 1


def test_a_proof_shows_no_balance_and_no_decision(operator: httpx.Client, sealed: Sealed) -> None:
    proof = proof_of(operator, sealed.kinds["posted whole"])
    assert not [name for name in proof["transfer"] if "balance" in name or "answer" in name or "version" in name]


def test_another_tenant_gets_no_proof_and_a_customer_only_of_their_own(api: Server, sealed: Sealed) -> None:
    elsewhere = api.browser("admin", "other")
    assert elsewhere.get(f"/v1/ledger/transfers/{sealed.kinds['posted']}/proof").status_code == 404
    assert elsewhere.get(f"/v1/ledger/transfers/{sealed.kinds['observed']}/proof").status_code == 200
    customer = api.browser("customer")
    assert customer.get(f"/v1/ledger/transfers/{sealed.kinds['posted']}/proof").status_code == 404
    own = NewAccount(account_id=uuid7(), tenant_id="demo", currency="BRL", owner_id=DEMO_CUSTOMER)
    open_accounts(sealed.bank.api, [own], now_ms=sealed.bank.clock.now_ms())
    mine = PostingRequest(
        kind=Kind.POST,
        transfer_id=uuid7(),
        tenant_id="demo",
        occurred_at_ms=sealed.bank.clock.now_ms(),
        amount_minor=1,
        currency="BRL",
        debit_account_id=sealed.bank.source,
        credit_account_id=own.account_id,
    )
    sealed.bank.post(mine)
    sealed.seal()
    assert proof_of(customer, mine.transfer_id)["transfer"]["id"] == str(mine.transfer_id)


def test_a_hold_that_has_just_ended_is_proved_once_a_block_holds_its_end(operator: httpx.Client, sealed: Sealed) -> None:
    hold = sealed.bank.request(Kind.HOLD)
    sealed.bank.post(hold)
    path = f"/v1/ledger/transfers/{hold.transfer_id}/proof"
    assert operator.get(path).status_code == 404
    sealed.seal()
    assert proof_of(operator, hold.transfer_id)["transfer"]["status"] == "held"
    sealed.bank.end(Kind.VOID_PENDING, hold.transfer_id)
    assert operator.get(path).status_code == 404
    sealed.seal()
    assert proof_of(operator, hold.transfer_id)["transfer"]["status"] == "voided"


def test_there_is_no_proof_of_a_row_that_was_changed(operator: httpx.Client, sealed: Sealed, settings: Settings) -> None:
    voided = sealed.kinds["voided"]
    with connect(settings.core.dsn("postgres"), application="test") as superuser:
        superuser.execute("update ledger.transfer set amount_minor = amount_minor + 1 where id = %s", (voided,))
        answer = operator.get(f"/v1/ledger/transfers/{voided}/proof")
        superuser.execute("update ledger.transfer set amount_minor = amount_minor - 1 where id = %s", (voided,))
    assert (answer.status_code, answer.json()["code"]) == (409, "ledger-differs")
    assert operator.get(f"/v1/ledger/transfers/{voided}/proof").status_code == 200


def test_the_proofs_that_the_page_is_tested_with_are_believed_and_look_like_those_of_today(
    operator: httpx.Client, sealed: Sealed, tmp_path: Path
) -> None:
    today = shape(proof_of(operator, sealed.kinds["of the second key"]))
    for name, proof in json.loads(PAGES_PROOFS.read_text()).items():
        known = ["--first-key", proof["keys"][0]["key_id"], "--block", proof["block"]["hash"]]
        status, said = judged(proof, tmp_path, *known)
        assert (status, name) == (0, name), said
        assert shape(proof) == today


def shape(answer: Any) -> Any:
    """The names in an answer, without its values; of a list those of what it begins with."""
    if isinstance(answer, dict):
        return {name: shape(value) for name, value in answer.items()}
    return (
        [shape(value) for value in answer[:1]] if isinstance(answer, list) and answer and isinstance(answer[0], dict) else None
    )
