"""How a request stands, as the worker that holds it writes it."""
