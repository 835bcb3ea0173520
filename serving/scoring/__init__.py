"""The API's side of the scorer: the gathering client, and the public what-if."""
