"""The numbers of the warehouse's advisory locks. All processes share one space of them there, so that each is given here."""

from enum import IntEnum, unique


@unique
class WarehouseLock(IntEnum):
    """Who holds a lock.

    A sink, a projector, a rebuild and who looks at customers' money for as long as they run, an extract until its transaction
    ends.
    """

    SINK = 5_160_417_233
    PROJECTOR = 5_160_417_234
    REBUILD = 5_160_417_235
    REFERENCE = 5_160_417_236
    OWN_MONEY = 5_160_417_237
