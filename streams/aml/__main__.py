"""`python -m streams.aml`: keep a Flink cluster of this machine with the jobs of money laundering on it."""

from contracts.topics import AML_CANDIDATES, BANKING_TRANSACTIONS, broker_topics
from kit import log
from kit.kafka import dlq_name, ensure_topics
from kit.localset.flink import cluster_in
from kit.process import Lifecycle
from kit.settings import settings
from streams.aml.keeper import PROJECT, Keeper, sizes_of
from streams.aml.restoring import Kept
from streams.health import start_health

PROCESS = "aml-stream"


def main() -> None:
    """Run until SIGTERM: then the jobs are stopped with savepoints, from which the next start goes on."""
    log.configure(PROCESS)
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    found = settings()
    start_health(PROCESS, lifecycle)
    wanted = broker_topics()
    names = (BANKING_TRANSACTIONS, AML_CANDIDATES, dlq_name(AML_CANDIDATES))
    ensure_topics(found.kafka, {name: wanted[name] for name in names})
    folder = found.var.resolve() / "flink-aml"
    folder.mkdir(parents=True, exist_ok=True)
    cluster = cluster_in(folder, PROJECT, sizes_of(found.aml_stream))
    Keeper(cluster, found.kafka, Kept(folder / "jobs.json"), lifecycle, state=found.aml_stream.state).run()


if __name__ == "__main__":
    main()
