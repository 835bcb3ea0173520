"""One SQL over the lake and the marts, read only: what `baas sql`, a notebook and a script open."""

from pipelines.sql.session import Answer, NotRead, Session

__all__ = ["Answer", "NotRead", "Session"]
