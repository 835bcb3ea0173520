"""What the device routes give."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from serving.edge.schemas import CustomerId

DeviceId = CustomerId
"""What payments carry as `device_id`."""


class DeviceState(StrEnum):
    """How a device stands: it waits for a confirmation, payments may come from it, or it was removed."""

    ASKED = "asked"
    REGISTERED = "registered"
    REMOVED = "removed"


class NewDevice(BaseModel):
    """A device that payments are to come from."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"device_id": "d000042-1"}]})
    device_id: DeviceId


class Device(BaseModel):
    """One registration. `device_id` is what payments from it carry."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "c000042",
                    "device_id": "d000042-1",
                    "number": 1,
                    "state": "registered",
                    "asked_at": "2025-11-24T16:00:00Z",
                    "confirm_until": None,
                    "confirmed_at": "2025-11-24T16:01:00Z",
                    "confirmed_by": "user:0193f2aa-dddd-7ddd-8ddd-dddddddddddd",
                    "removed_at": None,
                }
            ]
        }
    )
    customer_id: str
    device_id: str
    number: int = Field(description="Which registration of this device it is")
    state: DeviceState
    asked_at: datetime
    confirm_until: datetime | None = Field(description="Until when it may be confirmed; null where it does not wait for it")
    confirmed_at: datetime | None
    confirmed_by: str | None
    removed_at: datetime | None


class Devices(BaseModel):
    """A customer's registrations, the newest first; those that ended too."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"devices": []}]})
    devices: list[Device] = Field(description="The newest two hundred")
