"""Products: offer one, read, list, change its terms; and the terms that an account is opened under."""

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg_pool import AsyncConnectionPool

from kit.errors import Conflict, DomainError, NotFound
from kit.postgres import tenant_transaction
from serving.edge.principals import Principal
from serving.edge.versions import require
from serving.edge.wanted import require_held
from serving.identity.audit import record
from serving.products import repository
from serving.products.repository import Row
from serving.products.schemas import NewProduct, ProductChange

# What an account may be opened under without a product: no overdraft, no interest, no fees.
PLAIN_PRODUCTS = frozenset({"checking", "savings", "payment"})


class ProductExists(Conflict):
    """The tenant has a product of this code and currency."""

    code = "product-exists"
    title = "There is a product with this code and currency already"
    remedy = "Read that product, change its terms, or choose another code."


class UnknownProduct(DomainError):
    """No such product in this currency."""

    code = "unknown-product"
    title = "There is no such product in this currency"
    remedy = (
        "GET /v1/products lists them; without a product of its own, checking, savings and payment are kept under plain terms."
    )


class ProductNotOffered(Conflict):
    """The product has been withdrawn from new accounts."""

    code = "product-not-offered"
    title = "No account is opened under this product any more"
    remedy = "Choose a product whose `offered` is true."


class ProductsService:
    """What the products routes do."""

    def __init__(self, core: AsyncConnectionPool) -> None:
        self._core = core

    async def make(self, principal: Principal, product: NewProduct, *, correlation_id: str) -> Row:
        """Store a product. Raises ProductExists, InvalidRequest for a currency that is none."""
        require_held(product.currency, field="currency")
        try:
            async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
                await repository.insert_product(
                    connection, tenant_id=principal.tenant_id, terms=product.model_dump(mode="json")
                )
                await record(
                    connection,
                    principal,
                    "POST /v1/products",
                    resource=f"products/{product.code}/{product.currency}",
                    correlation_id=correlation_id,
                    status=201,
                )
                return await self._required(connection, principal, product.code, product.currency)
        except UniqueViolation as taken:
            raise ProductExists(f"{product.code} in {product.currency} is taken") from taken

    async def get(self, principal: Principal, code: str, currency: str) -> Row:
        """Return one product. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await self._required(connection, principal, code, currency)

    async def page(self, principal: Principal, *, after: tuple[str, str] | None, limit: int) -> list[Row]:
        """Return up to `limit` products after a code and currency."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await repository.list_products(connection, tenant_id=principal.tenant_id, after=after, limit=limit)

    async def change(
        self, principal: Principal, code: str, currency: str, wanted: ProductChange, *, version: int, correlation_id: str
    ) -> Row:
        """Change a product's terms. Raises NotFound, StaleVersion."""
        given = wanted.model_dump(mode="json", exclude_none=True)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await self._required(connection, principal, code, currency, for_update=True)
            require(found, version)
            await repository.update_product(connection, tenant_id=principal.tenant_id, terms=found | given)
            await record(
                connection,
                principal,
                "PATCH /v1/products/{code}/{currency}",
                resource=f"products/{code}/{currency}",
                correlation_id=correlation_id,
                detail={"before": {name: found[name] for name in given}, "after": given},
            )
            return await self._required(connection, principal, code, currency)

    @staticmethod
    async def _required(
        connection: AsyncConnection, principal: Principal, code: str, currency: str, *, for_update: bool = False
    ) -> Row:
        row = await repository.find_product(
            connection, tenant_id=principal.tenant_id, code=code, currency=currency, for_update=for_update
        )
        if row is None:
            raise NotFound(f"there is no product {code} in {currency}")
        return row


async def overdraft_limit_minor(connection: AsyncConnection, *, tenant_id: str, code: str, currency: str) -> int:
    """Return how far an account that is opened under a product may go below zero. Raises UnknownProduct, ProductNotOffered."""
    row = await repository.find_product(connection, tenant_id=tenant_id, code=code, currency=currency)
    if row is None:
        if code in PLAIN_PRODUCTS:
            return 0
        raise UnknownProduct(f"there is no product {code} in {currency}")
    if not row["offered"]:
        raise ProductNotOffered(f"{code} in {currency} is not offered any more")
    return int(str(row["overdraft_limit_minor"]))
