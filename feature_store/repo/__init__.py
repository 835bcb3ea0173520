"""The Feast repository: slow profile features, computed by dbt, served online. Only `pipelines.profiles` loads it."""
