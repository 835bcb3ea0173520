"""What the days before ask of a day."""

from pipelines.quality.usual import Counted, usual_of


def counted(**changes) -> Counted:
    usual = {"tenant_id": "demo", "rows_before": 1_000, "rows": 200, "currencies": ["BRL"], "with_value": {"payee_id": 800}}
    return Counted(**usual | changes)


def test_a_column_that_was_known_of_most_rows_is_to_be_known_of_half_as_many() -> None:
    (tenant,) = usual_of([counted()]).tenants
    assert tenant.at_least_known == {"payee_id": 0.4}


def test_a_column_that_few_rows_had_or_a_day_with_few_rows_is_asked_nothing_that_chance_may_break() -> None:
    for few in (counted(with_value={"payee_id": 40}), counted(rows=40)):
        (tenant,) = usual_of([few]).tenants
        assert tenant.at_least_known == {}


def test_a_tenant_that_was_hardly_there_before_is_asked_nothing() -> None:
    assert usual_of([counted(rows_before=199)]).tenants == ()


def test_currencies_are_those_that_the_tenant_paid_in() -> None:
    (tenant,) = usual_of([counted(currencies=["USD", "BRL"])]).tenants
    assert tenant.currencies == ("BRL", "USD")


def test_the_largest_tenants_are_asked_first() -> None:
    many = [counted(tenant_id=f"t{size}", rows_before=1_000 + size) for size in range(30)]
    found = usual_of(many).tenants
    assert len(found) == 20
    assert found[0].tenant_id == "t29"
