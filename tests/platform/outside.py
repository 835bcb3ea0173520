"""Servers that are not ours to start: each asks who comes, with names and passwords as awkward as an operator may choose."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kit.localset import ports
from kit.localset.jars import JARS, read_lock, resolve
from kit.localset.java import find_java
from kit.localset.kafka import KafkaNode, check_broker
from kit.localset.postgres import PostgresNode
from kit.localset.readiness import wait_until_ready
from kit.localset.supervision import Supervisor
from kit.localset.valkey import ValkeyNode
from kit.settings import Kafka, user_cache

SUPERUSER_PASSWORD = r"""it's a "back\slash", 100% @home/#?&="""
ROLE_PASSWORD = "50% o'clock, @night/#?&="
KAFKA_USER, KAFKA_PASSWORD = "bank", "k@fka/, 100%"
VALKEY_USER, VALKEY_PASSWORD = "profiles", "12,34=v@lkey"
READY_S = 120.0
BYTES = 65_536


@dataclass(frozen=True)
class Outside:
    """Where the servers listen, and the file of the authority that signed their certificates."""

    core_port: int
    warehouse_port: int
    bootstrap: str
    valkey_port: int
    ca: Path

    def kafka(self) -> Kafka:
        login = {"mechanism": "PLAIN", "user": KAFKA_USER, "password": KAFKA_PASSWORD}
        return Kafka(bootstrap=self.bootstrap, security="SASL_SSL", ca=self.ca, **login)


@contextmanager
def outside_servers(folder: Path) -> Iterator[Outside]:
    """Two PostgreSQL, a Kafka that speaks SASL over TLS alone, and a Valkey with an access list behind TLS."""
    folder.mkdir(parents=True)
    certificates = _certificates(folder)
    taken: list[int] = []
    for _ in range(6):
        taken.append(ports.choose(taken=taken))
    core, warehouse, broker, controller, plain, encrypted = taken
    databases = [
        PostgresNode(name=name, folder=folder / name, port=port, password=SUPERUSER_PASSWORD)
        for name, port in (("core", core), ("warehouse", warehouse))
    ]
    kafka = KafkaNode(
        name="kafka", folder=folder / "kafka", port=broker, controller_port=controller, java=find_java(),
        class_path=resolve(read_lock(JARS), cache=user_cache() / "jars"),
    )  # fmt: skip
    valkey = ValkeyNode(name="valkey", folder=folder / "valkey", port=plain, password="nobody-uses-this-one")
    nodes = [*databases, kafka, valkey]
    for node in nodes:
        node.prepare()
    _ask_who_comes(kafka.folder / "server.properties", certificates)
    with (valkey.folder / "valkey.conf").open("a") as settings:
        settings.write(f"user default off\nuser {VALKEY_USER} on >{VALKEY_PASSWORD} ~* &* +@all\n")
    supervisor = Supervisor(folder)
    supervisor.configure([node.program() for node in nodes])
    found = Outside(core, warehouse, f"127.0.0.1:{broker}", encrypted, certificates / "ca.pem")
    try:
        supervisor.start([node.name for node in nodes])
        for node in databases:
            wait_until_ready(node.name, node.check, timeout_s=READY_S)
        wait_until_ready("kafka", lambda: check_broker(found.kafka().client()), timeout_s=READY_S)
        known = redis.Redis(port=plain, username=VALKEY_USER, password=VALKEY_PASSWORD)
        wait_until_ready("valkey", known.ping, timeout_s=READY_S)
        with _encrypted(certificates, listen=encrypted, to=plain):
            yield found
    finally:
        supervisor.shutdown()


def _ask_who_comes(path: Path, certificates: Path) -> None:
    text = path.read_text().replace("PLAINTEXT://", "SASL_SSL://").replace("PLAINTEXT:PLAINTEXT", "SASL_SSL:SASL_SSL")
    text = text.replace("inter.broker.listener.name=PLAINTEXT", "inter.broker.listener.name=SASL_SSL")
    login = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    path.write_text(
        text
        + f"""sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config={login} username="broker" password="b" user_broker="b" \
user_{KAFKA_USER}="{KAFKA_PASSWORD}";
ssl.keystore.type=PEM
ssl.keystore.location={certificates / "server.pem"}
ssl.truststore.type=PEM
ssl.truststore.location={certificates / "ca.pem"}
"""
    )


def _certificates(folder: Path) -> Path:
    """An authority of the tests' own, and a certificate of it for this machine."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)

    def certificate(name: str, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().issuer_name(issuer).public_key(public).serial_number(x509.random_serial_number())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return builder.subject_name(subject).not_valid_before(now).not_valid_after(now + timedelta(days=1))

    root = certificate("tests", authority.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    own = certificate("127.0.0.1", key.public_key()).add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
    )
    (folder / "ca.pem").write_bytes(root.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(
        secret + own.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    return folder


@contextmanager
def _encrypted(certificates: Path, *, listen: int, to: int) -> Iterator[None]:
    """Carry TLS connections to a server that speaks none: the packaged Valkey is built without."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem")
    loop, listening = asyncio.new_event_loop(), threading.Event()
    ended = asyncio.Event()

    async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while some := await source.read(BYTES):
                sink.write(some)
                await sink.drain()
        except ConnectionError:
            pass  # either end may leave without a word
        finally:
            sink.close()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))

    async def serve() -> None:
        async with await asyncio.start_server(carry, "127.0.0.1", listen, ssl=context):
            listening.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert listening.wait(READY_S)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(READY_S)
