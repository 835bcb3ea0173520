"""What a demo's bank was told by its simulated customers, kept as the routes would have kept it at the time."""

from serving.demo.declared import Kept, keep_declared

__all__ = ["Kept", "keep_declared"]
