"""Faust's Kafka transport, reading committed messages only, whose position keeps up with a log of many transactions.

With `processing_guarantee="at_least_once"` Faust reads uncommitted messages, and no setting changes that; flagged decisions
of a transaction that the scorer aborted must never become alerts.

Each transaction ends in a marker, an offset without a message. Faust (0.15.3) takes such a gap to reach to the message after
it, which is then acknowledged twice; a commit stops where an offset stands twice, so that each commit passes one transaction.
With more of them than commits the position falls behind for ever, and whoever starts again reads everything since.
"""

from typing import ClassVar

import aiokafka
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

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
    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Note offsets without messages, given the first of them and the message after them."""
        await super()._add_gap(tp, offset_from, offset_to - 1)

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class ReadCommittedTransport(driver.Transport):
    """The transport that `app.transport` is set to."""

    Consumer: ClassVar[type] = _Consumer
