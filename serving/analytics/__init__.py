"""What analysts ask for, read from the marts."""
