"""The audit row of a change, written in the transaction that makes it."""

from psycopg import AsyncConnection

from serving.edge.principals import Principal
from serving.identity.repository import insert_audit


async def record(
    connection: AsyncConnection,
    principal: Principal,
    action: str,
    *,
    resource: str,
    correlation_id: str,
    status: int = 200,
    detail: dict[str, object] | None = None,
) -> None:
    """Say who changed what, and why; `detail` holds no name, document or other word about a person."""
    await insert_audit(
        connection,
        tenant_id=principal.tenant_id,
        actor=principal.subject,
        action=action,
        resource=resource,
        correlation_id=correlation_id,
        status=status,
        detail=detail,
    )
