"""What `baas up` does once the servers run: a bank's history, a trained champion, scored weeks, marts, and a summary."""

from pipelines.bootstrap.run import run

__all__ = ["run"]
