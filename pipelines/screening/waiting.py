"""Whether customers, or those whom they pay, wait to be screened: asked often, so without loading what screening needs."""

from kit.postgres import connect
from kit.settings import Settings
from pipelines.screening import found_repository, repository
from risk.screening.keys import book_key

APPLICATION, ROLE = "screening", "screener"


def waits(settings: Settings) -> bool:
    """Whether anybody was not screened as they are now, or against the lists as they are. Raises psycopg.OperationalError."""
    with connect(settings.core.dsn(ROLE), application=APPLICATION) as connection:
        if found_repository.any_outdated(connection):
            return True
        shared = repository.current_versions(connection, None)
        for tenant_id in repository.tenants(connection):
            versions = [*shared, *repository.current_versions(connection, tenant_id)]
            if versions and repository.waiting(connection, tenant_id=tenant_id, lists=book_key(versions), after=None, limit=1):
                return True
    return False
