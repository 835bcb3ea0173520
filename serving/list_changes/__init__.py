"""Changes of a tenant's own watch-lists: proposed whole, looked at as a difference, approved by somebody else, then loaded."""
