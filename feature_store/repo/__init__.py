"""The Feast repository: entities, views and services, made from the one list of features. Only batch code loads it."""
