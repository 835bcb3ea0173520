"""Suspense: money that came in and could not be credited, how old it is, and where it goes, by four eyes."""
