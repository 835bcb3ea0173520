"""Registered devices: from which a customer lets payments come, and since when."""
