"""The profile of a customer. The values are made by the mart `customer_profiles`, which says what each means."""

from datetime import timedelta

from feast import Entity, FeatureView, Field, ValueType
from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import PostgreSQLSource
from feast.types import Float64, Int64

tenant = Entity(name="tenant", join_keys=["tenant_id"], value_type=ValueType.STRING, description="Whose customer it is.")
customer = Entity(
    name="customer", join_keys=["customer_id"], value_type=ValueType.STRING, description="A pseudonymous customer."
)

source = PostgreSQLSource(
    name="customer_profiles",
    query=(
        "select tenant_id, customer_id, as_of, payments_30d, mean_amount_minor_30d, usual_hour, account_age_days "
        "from marts.customer_profiles"
    ),
    timestamp_field="as_of",
    description="One row a customer as of its tenant's newest event.",
)

customer_profile = FeatureView(
    name="customer_profile",
    entities=[tenant, customer],
    # A replay of 1993 lives beside today: how old a profile may be is the tenant's own time, so nothing expires here.
    ttl=timedelta(0),
    schema=[
        Field(name="payments_30d", dtype=Int64, description="Posted payments of the last 30 days."),
        Field(name="mean_amount_minor_30d", dtype=Float64, description="Their mean amount in minor units."),
        Field(name="usual_hour", dtype=Int64, description="Hour of the day (America/Sao_Paulo) of most of them."),
        Field(name="account_age_days", dtype=Float64, description="Days since the customer's first account was opened."),
    ],
    online=True,
    source=source,
)

DEFINITIONS = (tenant, customer, source, customer_profile)
FEATURES = tuple(field.name for field in customer_profile.features)
