"""The dashboards' side of the product: what of Superset's assets is compiled from the catalogue of datasets."""
