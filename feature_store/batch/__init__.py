"""The Polars engine: window features of a whole frame, over all events by event_time (the settled view)."""
