"""What a step does when something is wrong: what may pass is tried again, what will not is said in the domain's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import Backoff, Failure, Jitter, RetryPolicy

from kit.errors import DomainError, Unavailable

# A server that restarts is there again within a minute.
RETRY = RetryPolicy(max_retries=2, delay=20, backoff=Backoff.EXPONENTIAL, jitter=Jitter.PLUS_MINUS)


@contextmanager
def plainly() -> Iterator[None]:
    """Turn a domain's error into a failure that says what to do, and that is not tried again unless waiting may help."""
    try:
        yield
    except DomainError as problem:
        raise Failure(
            description=f"{problem.title}: {problem.detail}",
            metadata={"code": problem.code, "what_to_do": problem.remedy},
            allow_retries=isinstance(problem, Unavailable),
        ) from problem
