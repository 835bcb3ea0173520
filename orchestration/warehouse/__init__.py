"""The warehouse: decisions checked day by day, marts by dbt, and what is made of them."""
