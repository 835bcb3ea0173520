"""The dashboards' side of the product: what is compiled from the catalogue of datasets for Superset and for dbt."""
