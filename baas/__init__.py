"""The command line and the process list; nobody imports it."""
