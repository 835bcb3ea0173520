"""The watch-lists that hold for a tenant, as whoever holds a payment against them reads them: the API and the intake.

Both statements run inside a tenant's transaction, once for the shared lists and once for the tenant's own.
"""

READ_AT_ONCE = 5_000
VERSIONS = """
select list_id, max(version) from screening.version
where tenant_id is not distinct from %(whose)s::text and (tenant_id is null or tenant_id = %(tenant_id)s) group by list_id
"""
ENTRIES = """
select list_id, digest, document from screening.entry
where until_version is null and tenant_id is not distinct from %(whose)s::text
  and (tenant_id is null or tenant_id = %(tenant_id)s)
order by list_id, entry_id
"""


def bound(tenant_id: str, *, own: bool) -> dict[str, object]:
    """Return what both take: the shared lists, or with `own` the tenant's own."""
    return {"tenant_id": tenant_id, "whose": tenant_id if own else None}
