"""Routes: the devices from which a customer lets payments come."""

from fastapi import APIRouter

from serving.dependencies import Caller, Correlation, Parts
from serving.devices.schemas import Device, DeviceId, Devices, NewDevice
from serving.edge.openapi import refusals
from serving.edge.schemas import CustomerId

router = APIRouter(prefix="/v1/customers/{customer_id}/devices", tags=["customers"])


@router.get("", response_model=Devices, responses=refusals(401, 403, 404, 422))
async def list_devices(customer_id: CustomerId, principal: Caller, parts: Parts) -> dict[str, object]:
    """List a customer's devices, those that were removed too; a customer sees only their own."""
    return await parts.devices.all(principal, customer_id)


@router.put("", response_model=Device, responses=refusals(401, 403, 404, 409, 422))
async def ask_device(
    customer_id: CustomerId, wanted: NewDevice, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Ask for a device to be registered; for one that is, it changes nothing.

    It is registered once that is confirmed, within 24 hours.
    """
    return await parts.devices.ask(principal, customer_id, wanted.device_id, correlation_id=correlation_id)


@router.post("/{device_id}/confirmation", response_model=Device, responses=refusals(401, 403, 404, 409, 422))
async def confirm_device(
    customer_id: CustomerId, device_id: DeviceId, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Register a device that was asked for, from now on."""
    return await parts.devices.confirm(principal, customer_id, device_id, correlation_id=correlation_id)


@router.delete("/{device_id}", response_model=Device, responses=refusals(401, 403, 404, 422))
async def remove_device(
    customer_id: CustomerId, device_id: DeviceId, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """End a device's registration from now on; what it was until now stays known."""
    return await parts.devices.remove(principal, customer_id, device_id, correlation_id=correlation_id)
