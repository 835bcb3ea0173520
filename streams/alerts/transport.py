"""Faust's Kafka transport, reading committed messages only.

With `processing_guarantee="at_least_once"` Faust reads uncommitted messages, and no setting changes that; flagged decisions
of a transaction that the scorer aborted must never become alerts.
"""

from typing import ClassVar

import aiokafka
from faust.transport.drivers import aiokafka as driver

READ_COMMITTED = "read_committed"


class _Thread(driver.AIOKafkaConsumerThread):
    """Takes the isolation level from here; the fetcher is made from it when the consumer starts."""

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        if not hasattr(consumer, "_isolation_level"):
            raise RuntimeError("this aiokafka keeps its isolation level elsewhere: reading committed messages is not assured")
        consumer._isolation_level = READ_COMMITTED
        return consumer


class _Consumer(driver.Consumer):
    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class ReadCommittedTransport(driver.Transport):
    """The transport that `app.transport` is set to."""

    Consumer: ClassVar[type] = _Consumer
